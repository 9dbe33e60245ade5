# mailroom_room(NAME SOURCES ... HEADERS ... LINKS ...): one room of the library as a static library.
# Headers are included as "room/name.h" and must compile alone (target all_verify_interface_header_sets).
function(mailroom_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(mailroom_${name} STATIC ${ROOM_SOURCES})
  target_sources(mailroom_${name} PUBLIC
    FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/lib" FILES ${ROOM_HEADERS})
  set_target_properties(mailroom_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(mailroom_${name}
    PUBLIC ${ROOM_LINKS} PRIVATE mailroom_flags ${ROOM_PRIVATE_LINKS})
endfunction()
