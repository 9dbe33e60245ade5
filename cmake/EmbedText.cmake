# mailroom_embed_text(TARGET NAME HEADER FILES...): makes NAME.c, a table `const struct NAME NAME[]` of file names and texts
# as HEADER declares it, at build time and adds it to TARGET.
add_executable(embed_text "${PROJECT_SOURCE_DIR}/cmake/embed_text.c")
target_link_libraries(embed_text PRIVATE mailroom_flags)

function(mailroom_embed_text target name header)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${dir}")
  add_custom_command(
    OUTPUT "${dir}/${name}.c"
    COMMAND embed_text "${dir}/${name}.c" "${header}" "${name}" "${name}" ${ARGN}
    DEPENDS embed_text ${ARGN} VERBATIM)
  target_sources(${target} PRIVATE "${dir}/${name}.c")
endfunction()
