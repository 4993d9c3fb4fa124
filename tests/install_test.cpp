// An installation and the package of it: complete, and at home wherever it is put.

#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

struct Shell {
  int code;
  std::string text;
};

// Standard output and error of a shell command.
Shell run_shell(const std::string& command) {
  const TemporaryFolder folder;
  const std::string out = folder.file("out");
  const int status = std::system(fmt::format("{{ {}\n}} > {} 2>&1", command, out).c_str());  // NOLINT(cert-env33-c)
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of_file(out)};
}

bool there_is(const std::string& program) { return run_shell("command -v " + program).code == 0; }

// From another folder and without the variables that could lead it back to the build.
std::string tool(const fs::path& root, const std::string& arguments) {
  return fmt::format("cd / && env -i PATH=/usr/bin:/bin {}/bin/ridgepoint {}", root.string(), arguments);
}

void expect_at_home(const fs::path& root) {
  for (const std::string file :
       {"share/bash-completion/completions/ridgepoint", "share/zsh/vendor-completions/_ridgepoint",
        "share/fish/vendor_completions.d/ridgepoint.fish", "share/man/man1/ridgepoint.1",
        "share/ridgepoint/models/resnet50.json", "share/ridgepoint/hwspecs/h100-sxm5.json",
        "share/doc/ridgepoint/docs/cli.md", "share/doc/ridgepoint/LICENSE"}) {
    CAPTURE(file);
    const bool there = fs::exists(root / file) || fs::exists(root / (file + ".gz"));
    CHECK(there);
  }
  const Shell report = run_shell(tool(root, "analyze resnet50 --hw h100-sxm5"));
  CAPTURE(report.text);
  CHECK(report.code == 0);
  CHECK(run_shell(tool(root, "calibrate measure --device cpu --kernels no-such -o /nowhere")).text.find("module") ==
        std::string::npos);
}

TEST_CASE("an installation is complete and runs wherever it is put", "[install]") {
  const TemporaryFolder folder;
  const Shell installed = run_shell(
      fmt::format("{} --install {} --prefix {}", RIDGEPOINT_TEST_CMAKE, RIDGEPOINT_TEST_BUILD, folder.file("first")));
  CAPTURE(installed.text);
  REQUIRE(installed.code == 0);
  fs::rename(folder.file("first"), folder.file("second"));
  expect_at_home(folder.file("second"));
  const fs::path data = fs::path(folder.file("second")) / "share" / "ridgepoint";
  CHECK(run_shell(fmt::format("cd / && RIDGEPOINT_DATA=/nowhere {}/bin/ridgepoint list devices | grep -c h100-sxm5",
                              folder.file("second")))
            .code == 0);
  fs::rename(data, folder.file("data"));
  const Shell elsewhere = run_shell(fmt::format("cd / && RIDGEPOINT_DATA={} {}/bin/ridgepoint check h100-sxm5",
                                                folder.file("data"), folder.file("second")));
  CAPTURE(elsewhere.text);
  CHECK(elsewhere.text.find("is valid") != std::string::npos);
}

TEST_CASE("the Debian package holds the installation and names what it needs", "[install]") {
  if (!there_is("dpkg-shlibdeps") || !there_is("dpkg-deb")) {
    WARN("skipped: there is no dpkg-deb or dpkg-shlibdeps here");
    return;
  }
  const TemporaryFolder folder;
  const Shell packed =
      run_shell(fmt::format("cd {0} && {1} --config {2}/CPackConfig.cmake -B {0} -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip",
                            folder.path().string(), RIDGEPOINT_TEST_CPACK, RIDGEPOINT_TEST_BUILD));
  CAPTURE(packed.text);
  REQUIRE(packed.code == 0);
  const Shell unpacked = run_shell(
      fmt::format("cd {} && dpkg-deb -x ridgepoint_*.deb all && dpkg-deb -f ridgepoint_*.deb", folder.path().string()));
  CAPTURE(unpacked.text);
  REQUIRE(unpacked.code == 0);
  CHECK(unpacked.text.find("libfmt") != std::string::npos);
  expect_at_home(fs::path(folder.file("all")) / "usr");
}

TEST_CASE("bash completes with the script that the tool prints", "[completion]") {
  const TemporaryFolder folder;
  write_text(folder.file("script"), run_binary("completion bash").out);
  const std::string ask = fmt::format(
      "cd {} && touch resnet-mine.json && cat > ask <<'END'\nsource ./script\ncompopt() {{ :; }}\n"
      "COMP_WORDS=({} analyze resnet15 ); COMP_CWORD=2; _ridgepoint; printf '%s,' \"${{COMPREPLY[@]}}\"\n"
      "COMP_WORDS=({} analyze resnet- ); COMP_CWORD=2; _ridgepoint; printf '%s,' \"${{COMPREPLY[@]}}\"\nEND\nbash ask",
      folder.path().string(), RIDGEPOINT_TEST_BINARY, RIDGEPOINT_TEST_BINARY);
  CHECK(run_shell(ask).text == "resnet152,resnet-mine.json,");
}

TEST_CASE("the scripts of the other shells parse, where the shells are", "[completion]") {
  for (const auto& [shell, check] :
       {std::pair<std::string, std::string>{"zsh", "zsh -n"}, {"fish", "fish --no-execute"}}) {
    if (!there_is(shell)) {
      WARN("skipped: there is no " + shell + " here");
      continue;
    }
    const TemporaryFolder folder;
    write_text(folder.file("script"), run_binary("completion " + shell).out);
    const Shell parsed = run_shell(check + " " + folder.file("script"));
    CAPTURE(parsed.text);
    CHECK(parsed.code == 0);
  }
}

TEST_CASE("the manual page has every command and option, and is good roff", "[install]") {
  const std::string page = run_binary("manual").out;
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    std::string name(command.name);
    if (const std::size_t dash = name.find('-'); dash != std::string::npos)
      name.insert(dash, 1, '\\');  // as roff has it
    CHECK((page.find(fmt::format(".SS \\fB{}\\fR", name)) != std::string::npos) != command.hidden);
  }
  CHECK(page.find("\\fB\\-\\-kv\\-len\\fR \\fIN\\fR") != std::string::npos);
  if (!there_is("groff")) {
    WARN("skipped: there is no groff here to read it");
    return;
  }
  const TemporaryFolder folder;
  write_text(folder.file("page"), page);
  const Shell read = run_shell("groff -man -ww -z -Kutf8 " + folder.file("page"));
  CAPTURE(read.text);
  CHECK(read.code == 0);
  CHECK(read.text == "");
}

}  // namespace
}  // namespace ridgepoint
