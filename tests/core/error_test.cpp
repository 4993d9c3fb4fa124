#include "core/error.hpp"

#include <string>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

std::string message(Problem problem, Location location = {}) {
  return InputError(std::move(problem), std::move(location)).what();
}

TEST_CASE("an error says as much as is known of the place", "[core][error]") {
  CHECK(message({"no such model", ""}) == "error: no such model\n");
  CHECK(message({"no such model \"resnt50\"", "a name or a file", "resnet50"}) ==
        "error: no such model \"resnt50\"\n"
        "  expected a name or a file\n"
        "  did you mean \"resnet50\"?\n");
  CHECK(message({"it is empty", ""}, {.file = "a.json"}) == "a.json: error: it is empty\n");
  CHECK(message({"\"batch\" is a string", "an integer"}, {.file = "a.json",
                                                          .line = 12,
                                                          .column = 12,
                                                          .pointer = "/parameters/batch",
                                                          .source_line = "  \"batch\": \"8\","}) ==
        "a.json:12:12: error: \"batch\" is a string\n"
        "  at /parameters/batch\n"
        "    12 |   \"batch\": \"8\",\n"
        "       |            ^\n"
        "  expected an integer\n");
}

TEST_CASE("the caret stands behind the last character at the end of a line", "[core][error]") {
  CHECK(message({"cut", ""}, {.file = "a", .line = 1, .column = 4, .pointer = "", .source_line = "[1,"}) ==
        "a:1:4: error: cut\n"
        "     1 | [1,\n"
        "       |    ^\n");
  CHECK(message({"empty", ""}, {.file = "a", .line = 1, .column = 1, .pointer = "", .source_line = ""}) ==
        "a:1:1: error: empty\n");
}

TEST_CASE("of a long line a window around the column is shown", "[core][error]") {
  const auto shown = [](std::size_t column) {
    std::string line(1000, '.');
    line[column - 1] = 'X';
    return message({"here", ""}, {.file = "a", .line = 1, .column = column, .pointer = "", .source_line = line});
  };
  const auto expected = [](std::size_t column, std::size_t before, std::size_t after) {
    return "a:1:" + std::to_string(column) + ": error: here\n     1 | " + std::string(before, '.') + "X" +
           std::string(after, '.') + "\n       | " + std::string(before, ' ') + "^\n";
  };
  CHECK(shown(1) == expected(1, 0, 99));
  CHECK(shown(51) == expected(51, 50, 49));
  CHECK(shown(52) == expected(52, 50, 49));
  CHECK(shown(500) == expected(500, 50, 49));
  CHECK(shown(1000) == expected(1000, 50, 0));
}

TEST_CASE("a line of the window's width is shown whole", "[core][error]") {
  const std::string line(100, '.');
  CHECK(message({"here", ""}, {.file = "a", .line = 1, .column = 101, .pointer = "", .source_line = line}) ==
        "a:1:101: error: here\n     1 | " + line + "\n       | " + std::string(100, ' ') + "^\n");
}

TEST_CASE("nothing of the file reaches the terminal as a command", "[core][error]") {
  CHECK(message({"here", ""}, {.file = "a\x1b[2J.json",
                               .line = 1,
                               .column = 9,
                               .pointer = "/k\x1b[2J\xff",
                               .source_line = "{\"k\x1b[2J\":\t\"\xc3\xa9\"}"}) ==
        "a\\x1b[2J.json:1:9: error: here\n"
        "  at /k\\x1b[2J\\xff\n"
        "     1 | {\"k [2J\": \"  \"}\n"
        "       |         ^\n");
}

}  // namespace
}  // namespace ridgepoint
