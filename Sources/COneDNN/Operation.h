#ifndef PLANFORM_ONEDNN_OPERATION_H
#define PLANFORM_ONEDNN_OPERATION_H

#ifdef PLANFORM_ONEDNN

#include <functional>
#include <memory>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "COneDNN.h"

/// Which of an operation's operands an argument is.
enum class Role { source, weight, bias, target };

/// One argument of a primitive: the caller's memory, and a copy in the layout that the primitive wants.
struct Argument {
  int index;
  Role role;
  dnnl::memory outer;
  dnnl::memory inner;
  dnnl::memory pad;
  dnnl::reorder reorder;
  bool converted = false;
  size_t innerBytes = 0;
};

/// All numbers of a description in order, those of equal descriptions being equal.
class Key {
 public:
  explicit Key(int64_t kind) : numbers{kind} {}
  Key &operator<<(int64_t number);
  template <size_t count>
  Key &operator<<(const int64_t (&array)[count]) {
    numbers.insert(numbers.end(), array, array + count);
    return *this;
  }
  bool operator<(const Key &other) const { return numbers < other.numbers; }

 private:
  std::vector<int64_t> numbers;
};

/// A number of a description that is no whole number.
int64_t bitsOf(float number);

/// All that two operations of one description have in common: what oneDNN made for it, and memory objects that are
/// pointed at the operands of whichever operation runs.
///
/// A training iteration has hundreds of equal convolutions and products, and oneDNN's objects for one take some 10 KiB
/// besides its code.
struct Primitive {
  const Key key;
  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::primitive primitive;
  std::string implementation;
  std::vector<Argument> arguments;
  /// What dnnl_primitive_execute takes.
  std::vector<dnnl_exec_arg_t> executed;
  dnnl::memory scratchMemory;
  /// Bytes that the primitive and the reorders share, and of all scratch memory.
  size_t padBytes = 0, scratchBytes = 0;
  /// The operation whose operands the memory objects point at.
  const pfd_operation *pointedAt = nullptr;
  /// Held during a run, for sessions that run at the same time.
  std::mutex running;

  explicit Primitive(Key key);
  void add(int index, Role role, dnnl::memory::desc callers, dnnl::memory::desc wanted);
  /// Sums up the scratch memory and creates the reorders, once all arguments are known.
  void finish(const dnnl::primitive &chosen, const char *name, dnnl::memory::desc pad);
};

struct pfd_operation {
  std::shared_ptr<Primitive> shared;
  /// By role.
  void *operands[4] = {};
  void *scratch = nullptr;
};

/// A new operation over the primitive of this description and the present number of threads, which `fill` makes if there
/// is none as yet.
pfd_operation *operationFor(Key key, const std::function<void(Primitive &)> &fill);

/// oneDNN's name of an element type.
inline dnnl::memory::data_type typeOf(pfd_element element) {
  return element == pfd_bfloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

/// Limits oneDNN to vectors where it would take tile registers that it cannot set up. To be called before anything else.
///
/// Whoever names the instructions in oneDNN's own environment variable gets those.
void avoidMissingTiles();

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
