# Two commands on a fresh machine: `make demo` and `make test`. Each sets up .venv by itself;
# PYTHON names the interpreter to make it with. After the install nothing needs a network.

PYTHON ?= python3
RUN ?= runs/demo

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

# both installs point at this folder, so that neither undoes the other
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt

.PHONY: demo test
.DEFAULT_GOAL := demo

demo: .venv/base
	@$(BIN)/rumorscan demo -o $(RUN) --overwrite
	@echo "报告在此，用浏览器打开 Open the report in a browser: $(CURDIR)/$(RUN)/report.html"

test: .venv/full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv

.venv/base: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo "安装到 .venv，约一分钟 Installing into .venv, about a minute"
	@$(INSTALL) -e .
	@touch $@

.venv/full: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo "安装到 .venv，含测试与训练所需 Installing into .venv with all that the checks need"
	@$(INSTALL) -e ".[train,test]"
	@touch $@ .venv/base
