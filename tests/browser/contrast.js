// Texts whose contrast with the ground behind them is under 4.5 (3 for large ones), as WCAG counts it.
(function () {
  "use strict";
  function channels(color) { return (color.match(/[\d.]+/g) || []).map(Number); }
  function light(color) {
    var parts = color.slice(0, 3).map(function (value) {
      var share = value / 255;
      return share <= 0.03928 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }
  function ground(element) {
    for (var node = element; node; node = node.parentElement) {
      var color = channels(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] > 0.5) { return color; }
    }
    return [255, 255, 255];
  }
  var poor = [];
  var walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    var element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("svg, option") || !element.offsetParent) { continue; }
    var style = getComputedStyle(element);
    var pair = [light(channels(style.color)), light(ground(element))].sort(function (a, b) { return b - a; });
    var ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
      poor.push(element.className + " " + ratio.toFixed(2) + " " + walker.currentNode.data.trim().slice(0, 20));
    }
  }
  return poor.filter(function (line, index) { return poor.indexOf(line) === index; }).slice(0, 12);
}());
