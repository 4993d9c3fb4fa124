// Recommenders: embeddings of categorical features, and what makes a probability of them.

#include <array>

#include "families/families.hpp"
#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kArchitectures{
    RecommenderArchitecture{"dlrm", describe_dlrm},
    RecommenderArchitecture{"dcn", describe_dcn},
    RecommenderArchitecture{"wide_deep", describe_wide_deep},
    RecommenderArchitecture{"deepfm", describe_deepfm},
    RecommenderArchitecture{"ncf", describe_ncf},
    RecommenderArchitecture{"two_tower", describe_two_tower},
    RecommenderArchitecture{"din", describe_din},
    RecommenderArchitecture{"dien", describe_dien},
    RecommenderArchitecture{"sim", describe_sim},
    RecommenderArchitecture{"hstu", describe_hstu},
};

void describe(CompactReader& reader, Description& description) {
  reader.row("architecture", kArchitectures, "dlrm").describe(reader, description);
  read_access(reader, description);
}

}  // namespace

const Family kRecommenderFamily{
    "recommender",
    "click prediction and ranking: DLRM, DCN, Wide & Deep, DeepFM, NCF, two towers, DIN, DIEN, SIM, HSTU", describe};

}  // namespace ridgepoint
