# Warnings and hardening, after the OpenSSF compiler options hardening guide for C.
# Each flag is probed on its own, so that another compiler takes what it knows.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

option(MAILROOM_WERROR "Treat warnings as errors" OFF)
set(MAILROOM_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them (empty: none)")
option(MAILROOM_FUZZ "Build the libFuzzer targets (clang)" OFF)

add_library(mailroom_flags INTERFACE)
target_compile_features(mailroom_flags INTERFACE c_std_11)
target_compile_definitions(mailroom_flags INTERFACE _GNU_SOURCE)

function(mailroom_compile_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE_CFLAG_${flag}" have)
  check_c_compiler_flag("-Werror ${flag}" ${have})
  if(${have})
    target_compile_options(mailroom_flags INTERFACE ${flag})
  endif()
endfunction()

function(mailroom_link_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE_LDFLAG_${flag}" have)
  check_linker_flag(C "${flag}" ${have})
  if(${have})
    target_link_options(mailroom_flags INTERFACE ${flag})
  endif()
endfunction()

foreach(flag
    -Wall -Wextra -Wformat=2 -Wformat-security -Wconversion -Wsign-conversion
    -Wimplicit-fallthrough -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wnull-dereference
    -Wdouble-promotion -Wtrampolines -Wlogical-op -Wduplicated-cond -Wbidi-chars=any
    -fstack-clash-protection -fstack-protector-strong -fcf-protection=full
    -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
    -ftrivial-auto-var-init=zero)
  mailroom_compile_flag(${flag})
endforeach()

if(MAILROOM_WERROR)
  target_compile_options(mailroom_flags INTERFACE -Werror)
endif()

if(MAILROOM_FUZZ)
  target_compile_options(mailroom_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(MAILROOM_SANITIZE)
  target_compile_options(mailroom_flags INTERFACE
    -fsanitize=${MAILROOM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(mailroom_flags INTERFACE -fsanitize=${MAILROOM_SANITIZE})
else()
  # Fortification needs optimisation and does not mix with the sanitizers.
  target_compile_options(mailroom_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
  foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed)
    mailroom_link_flag(${flag})
  endforeach()
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
