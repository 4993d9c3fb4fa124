# The page of `--format html`: its parts become one source of the library. d3 is the distribution's.
find_file(RIDGEPOINT_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist NO_DEFAULT_PATH
          DOC "d3.min.js, version 5 (Debian's package node-d3)")
if(NOT RIDGEPOINT_D3)
  message(FATAL_ERROR "d3.min.js is missing: install the package node-d3, or set RIDGEPOINT_D3 to the file (version 5)")
endif()

# In this order: a later one uses what an earlier one defines.
set(html_scripts data.js numbers.js page.js state.js summary.js roofline.js time.js memory.js table.js main.js)
set(html_folder ${CMAKE_CURRENT_LIST_DIR})
set(html_assets ${CMAKE_CURRENT_BINARY_DIR}/html_assets.cpp)
set(html_parts page.html style.css d3-license.txt embed.cmake ${html_scripts})
list(TRANSFORM html_parts PREPEND ${html_folder}/)
string(REPLACE ";" "," html_script_names "${html_scripts}")
add_custom_command(
  OUTPUT ${html_assets}
  COMMAND ${CMAKE_COMMAND} -DOUT=${html_assets} -DFOLDER=${html_folder} -DSCRIPTS=${html_script_names}
          -DD3=${RIDGEPOINT_D3} -P ${html_folder}/embed.cmake
  DEPENDS ${html_parts} ${RIDGEPOINT_D3}
  COMMENT "Embedding the page of --format html" VERBATIM)
target_sources(ridgepoint_lib PRIVATE ${html_assets})
