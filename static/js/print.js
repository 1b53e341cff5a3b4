// A button that prints the page; without scripts it stays hidden and the text names the keys.
document.querySelectorAll('[data-print]').forEach(function (button) {
  button.hidden = false
  button.addEventListener('click', function () { window.print() })
})
