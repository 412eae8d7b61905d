"""What every test shares: properties are tried on the same examples everywhere."""

from hypothesis import HealthCheck, settings

# compiled loops are built at their first call, so a deadline would measure the compiler
settings.register_profile(
    "rumorscan", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rumorscan")
