# mailroom_embed_sql(TARGET): makes sql.c and sql.h of sql/migrations/*.sql, sql/queries/*.sql and sql/compliance/*.sql (queries
# of another program's database) at build time and adds them to TARGET. queries/email_insert.sql becomes `sql_email_insert`.
add_executable(embed_sql "${PROJECT_SOURCE_DIR}/cmake/embed_sql.c")
target_link_libraries(embed_sql PRIVATE mailroom_flags)

function(mailroom_embed_sql target)
  file(GLOB files CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/sql/migrations/*.sql" "${PROJECT_SOURCE_DIR}/sql/queries/*.sql"
    "${PROJECT_SOURCE_DIR}/sql/compliance/*.sql")
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${dir}")
  add_custom_command(
    OUTPUT "${dir}/sql.c" "${dir}/sql.h"
    COMMAND embed_sql "${dir}/sql.c" "${dir}/sql.h" ${files}
    DEPENDS embed_sql ${files} VERBATIM)
  target_sources(${target} PRIVATE "${dir}/sql.c" "${dir}/sql.h")
  target_include_directories(${target} PRIVATE "${dir}")
endfunction()
