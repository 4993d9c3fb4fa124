// Names of models and devices as people write them.

#include "io/data_path.hpp"

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("a name is found in upper and lower case, with _ and -", "[io]") {
  CHECK(find_name(kModels, "vit_b_16") == "vit-b-16");
  CHECK(find_name(kModels, "ViT-B-16") == "vit-b-16");
  CHECK(find_name(kModels, "EFFICIENTNET-V2-S") == "efficientnet_v2_s");
  CHECK(find_name(kDevices, "H100_SXM5") == "h100-sxm5");
  CHECK(!find_name(kModels, "vit_b_17"));
  CHECK(!find_name(kModels, ""));
  CHECK(!find_name(kModels, "../models/vit-b-16"));
  CHECK(resolve(kModels, "ResNet50").ends_with("/models/resnet50.json"));
  CHECK(resolve(kModels, "./VIT.json") == "./VIT.json");
}

TEST_CASE("no two names are the same but for case, _ and -", "[io]") {
  for (const Catalog& catalog : {kModels, kDevices}) {
    for (const std::string& name : names_in(catalog)) {
      std::string other = name;
      for (char& c : other) c = c == '_' ? '-' : c == '-' ? '_' : c;
      CHECK(find_name(catalog, other) == name);
    }
  }
}

TEST_CASE("an unknown name says what it might be", "[io]") {
  CHECK(message_of([] { return resolve(kModels, "resnet5O"); }).find("did you mean \"resnet50\"?") !=
        std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
