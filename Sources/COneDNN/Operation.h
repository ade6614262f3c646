#ifndef PLANFORM_ONEDNN_OPERATION_H
#define PLANFORM_ONEDNN_OPERATION_H

#ifdef PLANFORM_ONEDNN

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "COneDNN.h"

/// Which of an operation's operands an argument is.
enum class Role { source, weight, bias, target };

/// One argument of the primitive: the caller's memory, and a copy in the layout that the primitive wants.
struct Argument {
  int index;
  Role role;
  dnnl::memory::desc callers;
  dnnl::memory::desc wanted;
  dnnl::memory outer;
  dnnl::memory inner;
  dnnl::memory pad;
  dnnl::reorder reorder;
  bool converted = false;
};

struct pfd_operation {
  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::primitive primitive;
  std::string implementation;
  dnnl::memory::desc scratchpad;
  std::vector<Argument> arguments;
  /// What dnnl_primitive_execute takes; filled when memory is bound.
  std::vector<dnnl_exec_arg_t> executed;
  dnnl::memory scratchMemory;
  /// Bytes that the primitive and the reorders share, and of all scratch memory.
  size_t padBytes = 0, scratchBytes = 0;

  void add(int index, Role role, dnnl::memory::desc callers, dnnl::memory::desc wanted);
  /// Sums up the scratch memory and creates the reorders, once all arguments are known.
  void finish(const dnnl::primitive &chosen, const char *name, dnnl::memory::desc pad);
};

/// oneDNN's name of an element type.
inline dnnl::memory::data_type typeOf(pfd_element element) {
  return element == pfd_bfloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

/// The one CPU engine of the process.
dnnl::engine &sharedEngine();
/// User-mode scratchpad, and the activation as a post-op.
dnnl::primitive_attr attributes(pfd_activation activation, float slope);
/// Runs `body`, turning exceptions into a text and `failure`.
template <typename Result, typename Body>
Result guarded(Result failure, Body body);

void rememberError(const char *text);

template <typename Result, typename Body>
Result guarded(Result failure, Body body) {
  try {
    return body();
  } catch (const std::exception &error) {
    rememberError(error.what());
  } catch (...) {
    rememberError("an unknown exception");
  }
  return failure;
}

#endif
#endif
