# mailroom_embed_phrases(TARGET FILE): makes an automaton (bounce_phrases.inc) of the phrases in FILE at build time, for TARGET.
add_executable(embed_phrases "${PROJECT_SOURCE_DIR}/cmake/embed_phrases.c")
target_link_libraries(embed_phrases PRIVATE mailroom_flags)

function(mailroom_embed_phrases target file)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${dir}")
  add_custom_command(
    OUTPUT "${dir}/bounce_phrases.inc"
    COMMAND embed_phrases "${file}" "${dir}/bounce_phrases.inc"
    DEPENDS embed_phrases "${file}" VERBATIM)
  target_sources(${target} PRIVATE "${dir}/bounce_phrases.inc")
  target_include_directories(${target} PRIVATE "${dir}")
endfunction()
