#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include <algorithm>

#include "Operation.h"

using dnnl::memory;

static thread_local std::string lastError;

void rememberError(const char *text) { lastError = text; }

dnnl::engine &sharedEngine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
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

static size_t aligned(size_t bytes) { return (bytes + 63) & ~size_t(63); }

void pfd_operation::add(int index, Role role, memory::desc callers, memory::desc wanted) {
  Argument argument;
  argument.index = index;
  argument.role = role;
  argument.callers = callers;
  argument.wanted = wanted;
  argument.converted = callers != wanted;
  arguments.push_back(argument);
}

void pfd_operation::finish(const dnnl::primitive &chosen, const char *name, memory::desc pad) {
  primitive = chosen;
  implementation = name;
  scratchpad = pad;
  scratchBytes = 0;
  padBytes = aligned(pad.get_size());
  for (auto &argument : arguments) {
    argument.outer = memory(argument.callers, engine, nullptr);
    if (!argument.converted) continue;
    implementation += "+reorder";
    scratchBytes += aligned(argument.wanted.get_size());
    argument.inner = memory(argument.wanted, engine, nullptr);
    auto out = argument.role == Role::target;
    dnnl::primitive_attr userMode;
    userMode.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    auto description = dnnl::reorder::primitive_desc(
        engine, out ? argument.wanted : argument.callers, engine,
        out ? argument.callers : argument.wanted, userMode);
    argument.pad = memory(description.scratchpad_desc(), engine, nullptr);
    // Nothing runs at the same time, so that all can share one room.
    padBytes = std::max(padBytes, aligned(description.scratchpad_desc().get_size()));
    argument.reorder = dnnl::reorder(description);
  }
  scratchBytes += padBytes;
}

extern "C" {

void pfd_destroy(pfd_operation *operation) { delete operation; }

size_t pfd_scratch_bytes(const pfd_operation *operation) { return operation->scratchBytes; }

const char *pfd_implementation(const pfd_operation *operation) {
  return operation->implementation.c_str();
}

int pfd_bind(
    pfd_operation *operation, void *source, void *weight, void *bias, void *target, void *scratch) {
  return guarded(-1, [&] {
    auto *rest = static_cast<char *>(scratch);
    operation->executed.clear();
    operation->scratchMemory = memory(operation->scratchpad, operation->engine, rest);
    operation->executed.push_back({DNNL_ARG_SCRATCHPAD, operation->scratchMemory.get()});
    rest += operation->padBytes;
    for (auto &argument : operation->arguments) {
      void *handle = argument.role == Role::source   ? source
                     : argument.role == Role::weight ? weight
                     : argument.role == Role::bias   ? bias
                                                     : target;
      argument.outer.set_data_handle(handle);
      if (argument.converted) {
        argument.pad.set_data_handle(scratch);
        argument.inner.set_data_handle(rest);
        rest += aligned(argument.wanted.get_size());
      }
      auto &used = argument.converted ? argument.inner : argument.outer;
      operation->executed.push_back({argument.index, used.get()});
    }
    return 0;
  });
}

/// Copies an argument between the caller's layout and the primitive's.
static int convert(pfd_operation *operation, const Argument &argument) {
  bool out = argument.role == Role::target;
  dnnl_exec_arg_t ends[] = {
      {DNNL_ARG_FROM, (out ? argument.inner : argument.outer).get()},
      {DNNL_ARG_TO, (out ? argument.outer : argument.inner).get()},
      {DNNL_ARG_SCRATCHPAD, argument.pad.get()},
  };
  return dnnl_primitive_execute(argument.reorder.get(), operation->stream.get(), 3, ends);
}

int pfd_run(pfd_operation *operation) {
  auto failed = 0;
  for (auto &argument : operation->arguments) {
    if (argument.converted && argument.role != Role::target) failed |= convert(operation, argument);
  }
  failed |= dnnl_primitive_execute(
      operation->primitive.get(), operation->stream.get(), int(operation->executed.size()),
      operation->executed.data());
  for (auto &argument : operation->arguments) {
    if (argument.converted && argument.role == Role::target) failed |= convert(operation, argument);
  }
  if (failed) rememberError("oneDNN could not execute the primitive");
  return failed ? -1 : 0;
}

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
