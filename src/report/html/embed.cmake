# Writes OUT, a .cpp with the page's parts as texts: page.html, style.css, the scripts in the order of SCRIPTS as one,
# d3 and its licence. Run by the build: cmake -DOUT=... -DFOLDER=... -DSCRIPTS=... -DD3=... -P embed.cmake
set(text "// Made by src/report/html/embed.cmake.\n#include \"report/html_assets.hpp\"\n\nnamespace ridgepoint::html_assets {\n")

function(add_asset name content)
  # A script must not hold what ends a script element, nor a text what ends the text.
  if(content MATCHES "</script" AND NOT name STREQUAL "kPage")
    message(FATAL_ERROR "${name} holds </script, which would end the element that it stands in")
  endif()
  if(content MATCHES "\\)asset\"")
    message(FATAL_ERROR "${name} holds the end of a raw string")
  endif()
  set(text "${text}\nconst std::string_view ${name} = R\"asset(${content})asset\";\n" PARENT_SCOPE)
endfunction()

file(READ "${FOLDER}/page.html" page)
add_asset(kPage "${page}")
file(READ "${FOLDER}/style.css" style)
add_asset(kStyle "${style}")
set(script "")
string(REPLACE "," ";" SCRIPTS "${SCRIPTS}")
foreach(name IN LISTS SCRIPTS)
  file(READ "${FOLDER}/${name}" part)
  string(APPEND script "${part}")
endforeach()
add_asset(kScript "${script}")
file(READ "${D3}" d3)
add_asset(kD3 "${d3}")
file(READ "${FOLDER}/d3-license.txt" license)
add_asset(kLicense "${license}")

file(WRITE "${OUT}" "${text}\n}  // namespace ridgepoint::html_assets\n")
