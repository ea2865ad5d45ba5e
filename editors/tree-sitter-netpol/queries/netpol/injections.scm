; Nothing but comments holds another language: marks such as TODO are shown where the editor has a grammar for them.
((comment) @injection.content
  (#set! injection.language "comment"))
