# The dependency helper: one static library per folder of src/, which may include only the folders it names.
file(WRITE ${CMAKE_BINARY_DIR}/layers.txt "")

# Declares src/<name> as a library and records what it may include. Tests stand beside the code as *_test.cpp and become
# <name>_tests, registered with CTest case by case.
function(bw_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(bw_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(bw_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(bw_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_DEPENDS PREPEND bw_ OUTPUT_VARIABLE libraries)
  target_link_libraries(bw_${name} ${scope} ${libraries} ${ARG_LIBRARIES})
  string(REPLACE ";" " " allowed "${ARG_DEPENDS}")
  file(APPEND ${CMAKE_BINARY_DIR}/layers.txt "${name}: ${allowed}\n")
  if(tests AND BW_TESTS)
    add_executable(${name}_tests ${tests})
    target_link_libraries(${name}_tests PRIVATE bw_${name} GTest::gmock GTest::gtest GTest::gtest_main)
    target_compile_definitions(${name}_tests PRIVATE BW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    bw_build_once_tests(${name}_tests)
    gtest_discover_tests(${name}_tests TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()
endfunction()

# With BW_BUILD_ONCE, what nearly every file of the two largest folders includes, and what every test does, is read once, and what runs
# for moments only is not optimized, which halves the time its compilation takes under sanitizers. Elsewhere each file has to include
# what it uses, and ccache finds the same objects in every build.
function(bw_build_once)
  if(NOT BW_BUILD_ONCE)
    return()
  endif()
  set(standard <algorithm> <array> <cstdint> <map> <memory> <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <vector>)
  target_precompile_headers(bw_analysis PRIVATE ${standard} ${CMAKE_SOURCE_DIR}/src/analysis/facts.h ${CMAKE_SOURCE_DIR}/src/analysis/values.h)
  target_precompile_headers(bw_rules PRIVATE ${standard} ${CMAKE_SOURCE_DIR}/src/rules/support.h
                             ${CMAKE_SOURCE_DIR}/src/rules/walk.h ${CMAKE_SOURCE_DIR}/src/analysis/values.h)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # it tells of a header's fields only where the header is precompiled
    target_compile_options(bw_analysis PRIVATE -Wno-unused-private-field)
    target_compile_options(bw_rules PRIVATE -Wno-unused-private-field)
  endif()
  foreach(folder rules findings design report review serve app)
    target_compile_options(bw_${folder} PRIVATE -O0)
  endforeach()
endfunction()

# The first target's headers are everybody's: they are all compiled alike.
function(bw_build_once_tests target)
  if(NOT BW_BUILD_ONCE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -O0)
  get_property(first GLOBAL PROPERTY BW_PRECOMPILED_TESTS)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    set_property(GLOBAL PROPERTY BW_PRECOMPILED_TESTS ${target})
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <map> <optional> <string> <vector>)
  endif()
endfunction()

# A rule is src/rules/<family>/<name>.cpp, which defines `const Rule& <name>()`, and <name>.md. This makes the list of all rules
# and embeds their documents, with what the lab measured below, so that adding a rule edits no other file.
function(bw_generate_rule_registry)
  bw_read_measurements()
  file(GLOB rules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/rules/*/*.cpp)
  list(FILTER rules EXCLUDE REGEX "_test\\.cpp$")
  list(SORT rules)
  set(declarations "")
  set(entries "")
  foreach(path ${rules})
    cmake_path(GET path STEM name)
    string(REGEX REPLACE "\\.cpp$" ".md" document ${path})
    if(NOT EXISTS ${document})
      message(WARNING "${path} has no document beside it and is no rule until it has one")
      continue()
    endif()
    string(APPEND declarations "const Rule& ${name}();\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${document})
    file(READ ${document} text)
    string(REGEX MATCH "BW[0-9]+" code "${text}")
    string(APPEND text "${measured_${code}}")
    bw_raw_string("${text}" literal)
    string(APPEND entries "      {&${name}(), ${literal}},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/rule_registry.cpp @ONLY CONTENT [[
// Generated from src/rules by cmake/modules.cmake.
#include "rules/rule.h"
namespace beamwright::rules {
@declarations@
std::span<const RegisteredRule> all_rules() {
  static const RegisteredRule rules[] = {
@entries@  };
  return rules;
}
}  // namespace beamwright::rules
]])
  target_sources(bw_rules PRIVATE ${CMAKE_BINARY_DIR}/rule_registry.cpp)
endfunction()

# A section `Measured` for the document of each rule that has rows in docs/lab.json, as measured_<code> in the caller's scope: what was
# measured, and a line with the figures of each VM.
function(bw_read_measurements)
  set(path ${CMAKE_SOURCE_DIR}/docs/lab.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} runs)
  string(JSON run_count LENGTH "${runs}")
  math(EXPR last_run "${run_count} - 1")
  foreach(run_index RANGE ${last_run})
    string(JSON run GET "${runs}" ${run_index})
    string(JSON otp GET "${run}" otp)
    string(JSON elixir GET "${run}" elixir)
    string(JSON row_count LENGTH "${run}" rows)
    math(EXPR last_row "${row_count} - 1")
    foreach(row_index RANGE ${last_row})
      string(JSON row GET "${run}" rows ${row_index})
      foreach(field code measured unit hazard fix limit must_hold holds note)
        string(JSON ${field} GET "${row}" ${field})
      endforeach()
      foreach(side hazard fix)
        if(NOT limit STREQUAL "" AND ${side} EQUAL limit)
          set(${side} "more than ${${side}}")
        endif()
      endforeach()
      if(NOT measured_${code})
        string(SUBSTRING "${measured}" 0 1 first)
        string(SUBSTRING "${measured}" 1 -1 rest)
        string(TOUPPER "${first}" first)
        set(more "")
        if(NOT note STREQUAL "")
          set(more "; ${note}")
        endif()
        set(measured_${code} "\n## Measured\n${first}${rest}${more}. `./run lab` runs the code above and asks for `${must_hold}`.\n\n")
      endif()
      set(verdict "")
      if(NOT holds)
        set(verdict ", which does not hold")
      endif()
      string(APPEND measured_${code} "- OTP ${otp}, Elixir ${elixir}: hazard ${hazard} ${unit}, fix ${fix} ${unit}${verdict}\n")
      set(measured_${code} "${measured_${code}}" PARENT_SCOPE)
    endforeach()
  endforeach()
endfunction()

# Embeds the data files of knowledge/ into the library of src/knowledge.
function(bw_embed_knowledge)
  file(GLOB data CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/knowledge/*.tsv)
  bw_named_texts("knowledge/" entries ${data})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/knowledge_data.cpp @ONLY CONTENT [[
// Generated from knowledge/ by cmake/modules.cmake.
#include "knowledge/embedded.h"
namespace beamwright::knowledge {
std::span<const DataFile> embedded_files() {
  static const DataFile files[] = {
@entries@  };
  return files;
}
}  // namespace beamwright::knowledge
]])
  target_sources(bw_knowledge PRIVATE ${CMAKE_BINARY_DIR}/knowledge_data.cpp)
endfunction()

# Embeds the texts that `init` writes into the library of src/app.
function(bw_embed_init_texts)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/templates/init/* ${CMAKE_SOURCE_DIR}/templates/*.yml)
  bw_named_texts("" entries ${texts})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/init_texts.cpp @ONLY CONTENT [[
// Generated from templates/init by cmake/modules.cmake.
#include "app/init/texts.h"

#include "base/invariant.h"
namespace beamwright::app {
std::string_view init_text(std::string_view wanted) {
  static const struct {
    std::string_view name, text;
  } texts[] = {
@entries@  };
  for (const auto& each : texts) {
    if (each.name == wanted) return each.text;
  }
  ensure(false, "there is no such text of init");
  return {};
}
}  // namespace beamwright::app
]])
  target_sources(bw_app PRIVATE ${CMAKE_BINARY_DIR}/init_texts.cpp)
endfunction()

# Embeds the page of `map --format html`, which web/map/build.mjs makes, into the library of src/report.
function(bw_embed_map_page)
  set(path ${CMAKE_SOURCE_DIR}/web/map/dist/map.html)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  bw_raw_string("${text}" literal)
  # An array of pieces, put together at the first use: compilers may limit what adjacent literals make, too.
  string(REPLACE ")beamwright\"\nR\"beamwright(" ")beamwright\",\n      R\"beamwright(" literal "${literal}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/map_page.cpp @ONLY CONTENT [[
// Generated from web/map/dist/map.html by cmake/modules.cmake.
#include "report/map_page.h"
#include <string>
namespace beamwright::report {
std::string_view map_page() {
  static const char* const pieces[] = {
      @literal@  };
  static const std::string page = [] {
    std::string whole;
    for (const char* piece : pieces) whole += piece;
    return whole;
  }();
  return page;
}
}  // namespace beamwright::report
]])
  target_sources(bw_report PRIVATE ${CMAKE_BINARY_DIR}/map_page.cpp)
endfunction()

# Initializers {"<prefix><file name>", <text>}, of files by name; the build is configured anew when one changes.
function(bw_named_texts prefix result)
  set(paths ${ARGN})
  list(SORT paths)
  set(entries "")
  foreach(path ${paths})
    cmake_path(GET path FILENAME name)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} text)
    bw_raw_string("${text}" literal)
    string(APPEND entries "      {\"${prefix}${name}\", ${literal}},\n")
  endforeach()
  set(${result} "${entries}" PARENT_SCOPE)
endfunction()

# A C++ raw string literal of any text; split, for compilers may limit one literal to 65,536 bytes.
function(bw_raw_string text result)
  set(literal "")
  string(LENGTH "${text}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 piece)
    string(APPEND literal "R\"beamwright(${piece})beamwright\"\n")
    math(EXPR at "${at} + 12000")
  endwhile()
  if(literal STREQUAL "")
    set(literal "\"\"")
  endif()
  set(${result} "${literal}" PARENT_SCOPE)
endfunction()
