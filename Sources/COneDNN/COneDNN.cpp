#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include "Operation.h"

static thread_local std::string lastError;

void rememberError(const char *text) { lastError = text; }

dnnl::engine &sharedEngine() {
  static dnnl::engine engine = [] {
    avoidMissingTiles();
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

dnnl::primitive_attr attributes(pfd_activation activation, float slope) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (activation == pfd_identity) return attributes;
  auto algorithm = activation == pfd_relu   ? dnnl::algorithm::eltwise_relu
                   : activation == pfd_tanh ? dnnl::algorithm::eltwise_tanh
                                            : dnnl::algorithm::eltwise_logistic;
  dnnl::post_ops operations;
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(algorithm, slope, 0);
#else
  operations.append_eltwise(1, algorithm, slope, 0);
#endif
  attributes.set_post_ops(operations);
  return attributes;
}

extern "C" {

const char *pfd_last_error(void) { return lastError.c_str(); }

const char *pfd_version(void) {
  static const std::string text = [] {
    auto *version = dnnl_version();
    return std::to_string(version->major) + "." + std::to_string(version->minor) + "."
           + std::to_string(version->patch);
  }();
  return text.c_str();
}
}

#endif
