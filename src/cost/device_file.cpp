#include "cost/device_file.hpp"

#include "io/data_path.hpp"

namespace ridgepoint {

Device read_device(const std::shared_ptr<const Document>& document) {
  Device device = read_datasheet(document);
  if (const Node* node = document->root().find("calibration")) device.calibration = read_calibration(document, *node);
  return device;
}

Device load_device(const std::string& name_or_path) {
  return read_device(Document::load(resolve(kDevices, name_or_path)));
}

}  // namespace ridgepoint
