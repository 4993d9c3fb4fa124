#include "cli/picture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "calibrate/shared_library.hpp"
#include "core/error.hpp"

namespace ridgepoint {
namespace {

constexpr double kScale = 2;  // for screens with small pixels, and for print

// The functions of librsvg, cairo and GObject that drawing needs, loaded when a picture is asked for: the program runs
// without them. Pointers are opaque. Source of the signatures: the libraries' reference manuals (librsvg 2.52 or
// later).
class Renderer {
 public:
  Renderer()
      : rsvg_(library("RIDGEPOINT_RSVG", "librsvg-2.so.2")),
        cairo_(std::string("libcairo.so.2")),
        gobject_(std::string("libgobject-2.0.so.0")) {
    expect(rsvg_.loaded() && cairo_.loaded() && gobject_.loaded(), rsvg_.problem() + cairo_.problem());
    const bool all = rsvg_.find("rsvg_handle_new_from_data", read_) &&
                     rsvg_.find("rsvg_handle_get_intrinsic_size_in_pixels", size_) &&
                     rsvg_.find("rsvg_handle_render_document", render_) && gobject_.find("g_object_unref", unref_) &&
                     cairo_.find("cairo_image_surface_create", make_surface_) &&
                     cairo_.find("cairo_create", make_context_) && cairo_.find("cairo_destroy", free_context_) &&
                     cairo_.find("cairo_surface_destroy", free_surface_) &&
                     cairo_.find("cairo_surface_write_to_png_stream", write_png_);
    expect(all, "this librsvg is older than version 2.52");
  }

  std::string png(const std::string& svg) const {
    const Owned handle(read_(reinterpret_cast<const unsigned char*>(svg.data()), svg.size(), nullptr), unref_);
    Viewport view{};
    expect(handle != nullptr && size_(handle.get(), &view.width, &view.height) != 0, "librsvg cannot read the figure");
    view.width *= kScale;
    view.height *= kScale;
    constexpr int kArgb32 = 0;
    const Owned surface(
        make_surface_(kArgb32, static_cast<int>(std::ceil(view.width)), static_cast<int>(std::ceil(view.height))),
        free_surface_);
    const Owned context(make_context_(surface.get()), free_context_);
    expect(render_(handle.get(), context.get(), &view, nullptr) != 0, "librsvg cannot draw the figure");
    std::string bytes;
    expect(write_png_(surface.get(), append, &bytes) == 0, "cairo cannot write the picture");
    return bytes;
  }

 private:
  struct Viewport {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
  };
  using Owned = std::unique_ptr<void, void (*)(void*)>;

  // The environment may name another file, as where a library is outside the loader's places.
  static std::string library(const char* variable, const char* usual) {
    const char* const given = std::getenv(variable);
    return given != nullptr ? given : usual;
  }

  static void expect(bool condition, const std::string& problem) {
    if (condition) return;
    throw InputError({fmt::format("no PNG can be drawn: {}", problem),
                      "librsvg and cairo (Debian's package librsvg2-2), or --format svg"});
  }

  static int append(void* to, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
    return 0;
  }

  SharedLibrary rsvg_;
  SharedLibrary cairo_;
  SharedLibrary gobject_;
  void* (*read_)(const unsigned char*, std::size_t, void**) = nullptr;
  int (*size_)(void*, double*, double*) = nullptr;
  int (*render_)(void*, void*, const Viewport*, void**) = nullptr;
  void (*unref_)(void*) = nullptr;
  void* (*make_surface_)(int, int, int) = nullptr;
  void* (*make_context_)(void*) = nullptr;
  void (*free_context_)(void*) = nullptr;
  void (*free_surface_)(void*) = nullptr;
  int (*write_png_)(void*, int (*)(void*, const unsigned char*, unsigned int), void*) = nullptr;
};

}  // namespace

std::string as_figure(std::string svg, const Format& format) {
  return format.name == "png" ? Renderer().png(svg) : std::move(svg);
}

}  // namespace ridgepoint
