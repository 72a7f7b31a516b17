# What `cmake --install` installs and `cpack` packs: the binary, and what it says about itself as a manual page and completions. Those
# are made when they are installed, so that a build for development does not wait for them.
set(BW_MAINTAINER "Beamwright maintainers <maintainers@beamwright.invalid>" CACHE STRING "Who answers for the packages: name and address")

include(GNUInstallDirs)
set(made ${CMAKE_BINARY_DIR}/package)
configure_file(${CMAKE_SOURCE_DIR}/cmake/package_texts.cmake.in ${CMAKE_BINARY_DIR}/package_texts.cmake @ONLY)
install(TARGETS beamwright)
install(CODE "execute_process(COMMAND ${CMAKE_COMMAND} -D BINARY=$<TARGET_FILE:beamwright> -P ${CMAKE_BINARY_DIR}/package_texts.cmake COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${made}/beamwright.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/beamwright DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_beamwright DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/beamwright.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${made}/changelog.gz ${made}/CHANGELOG.md.gz ${made}/copyright README.md docs/configuration.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/rules DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${made}/overrides RENAME beamwright DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME beamwright)
set(CPACK_PACKAGE_CONTACT "${BW_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS git)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "reviewer of Elixir and Erlang backends
Reads a project's Elixir and Erlang without compiling or running it, builds
one model of its processes (who supervises, who calls, who waits, who owns),
and says what will break in production, where, why, and what to write instead.
.
One static binary: neither Erlang, Elixir nor a network is needed.")
include(CPack)
