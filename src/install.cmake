# What `cmake --install` puts where, and the Debian package of it. The program looks for its data in ../share/ridgepoint
# and for its modules in ../lib/ridgepoint/modules, so that an installation can be moved as a whole.
include(GNUInstallDirs)
set(data ${CMAKE_INSTALL_DATADIR}/ridgepoint)

install(TARGETS ridgepoint RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models ${PROJECT_SOURCE_DIR}/hwspecs DESTINATION ${data})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Modules that were built; not lib64 or a folder of an architecture, since the program looks beside itself.
foreach(module fit cpu cuda profile)
  if(TARGET ridgepoint_${module})
    install(TARGETS ridgepoint_${module} LIBRARY DESTINATION lib/ridgepoint/modules)
  endif()
endforeach()

# Completions and the manual page come from the program itself.
set(generated ${PROJECT_BINARY_DIR}/shell)
set(shell_files "")
macro(print_into file)
  add_custom_command(OUTPUT ${generated}/${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
                     COMMAND ridgepoint ${ARGN} > ${generated}/${file} DEPENDS ridgepoint VERBATIM)
  list(APPEND shell_files ${generated}/${file})
endmacro()
print_into(ridgepoint.bash completion bash)
print_into(_ridgepoint completion zsh)
print_into(ridgepoint.fish completion fish)
print_into(ridgepoint.1 manual)
add_custom_target(ridgepoint_shell ALL DEPENDS ${shell_files})
install(FILES ${generated}/ridgepoint.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME ridgepoint)
install(FILES ${generated}/_ridgepoint DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${generated}/ridgepoint.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${generated}/ridgepoint.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# `cpack --config build/release/CPackConfig.cmake` makes the package.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ridgepoint)
set(CPACK_PACKAGE_CONTACT "The Ridgepoint authors <ridgepoint@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# For figures as PNG.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS librsvg2-2)
include(CPack)
