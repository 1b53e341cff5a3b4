// A button that copies the text of a field. Without scripts it stays hidden and the text can be selected by hand.
document.querySelectorAll('[data-copy]').forEach(function (button) {
  var field = document.getElementById(button.getAttribute('data-copy'))
  var label = button.textContent
  if (!field) return

  function tell () {
    button.textContent = button.getAttribute('data-copied')
    setTimeout(function () { button.textContent = label }, 2000)
  }

  // Where the clipboard is refused (no HTTPS, an in-app browser): the text is left selected, to be copied by hand.
  function copyBySelection () {
    field.focus()
    field.select()
    field.setSelectionRange(0, field.value.length)
    if (document.execCommand('copy')) tell()
  }

  button.hidden = false
  button.addEventListener('click', function () {
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(field.value).then(tell, copyBySelection)
    } else {
      copyBySelection()
    }
  })
})
