#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include <algorithm>
#include <cstring>
#include <map>

#include "Operation.h"

using dnnl::memory;

static size_t aligned(size_t bytes) { return (bytes + 63) & ~size_t(63); }

Primitive::Primitive(Key key) : key(std::move(key)), engine(sharedEngine()), stream(engine) {}

void Primitive::add(int index, Role role, memory::desc callers, memory::desc wanted) {
  Argument argument;
  argument.index = index;
  argument.role = role;
  argument.outer = memory(callers, engine, nullptr);
  argument.converted = callers != wanted;
  if (argument.converted) {
    argument.inner = memory(wanted, engine, nullptr);
    argument.innerBytes = aligned(wanted.get_size());
  }
  arguments.push_back(argument);
}

void Primitive::finish(const dnnl::primitive &chosen, const char *name, memory::desc pad) {
  primitive = chosen;
  implementation = name;
  padBytes = aligned(pad.get_size());
  scratchMemory = memory(pad, engine, nullptr);
  executed.push_back({DNNL_ARG_SCRATCHPAD, scratchMemory.get()});
  for (auto &argument : arguments) {
    auto &used = argument.converted ? argument.inner : argument.outer;
    executed.push_back({argument.index, used.get()});
    if (!argument.converted) continue;
    implementation += "+reorder";
    scratchBytes += argument.innerBytes;
    auto out = argument.role == Role::target;
    dnnl::primitive_attr userMode;
    userMode.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    auto description = dnnl::reorder::primitive_desc(
        engine, (out ? argument.inner : argument.outer).get_desc(), engine,
        (out ? argument.outer : argument.inner).get_desc(), userMode);
    argument.pad = memory(description.scratchpad_desc(), engine, nullptr);
    // Nothing runs at the same time, so that all can share one room.
    padBytes = std::max(padBytes, aligned(description.scratchpad_desc().get_size()));
    argument.reorder = dnnl::reorder(description);
  }
  scratchBytes += padBytes;
}

// MARK: Sharing

Key &Key::operator<<(int64_t number) {
  numbers.push_back(number);
  return *this;
}

int64_t bitsOf(float number) {
  int32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

extern "C" int omp_get_max_threads(void);

namespace {

/// The primitives that are in use.
struct Primitives {
  std::mutex changing;
  std::map<Key, std::weak_ptr<Primitive>> known;
};

/// Outlives whatever is freed when the process ends.
Primitives &primitives() {
  static auto *all = new Primitives;
  return *all;
}

}  // namespace

pfd_operation *operationFor(Key key, const std::function<void(Primitive &)> &fill) {
  // A primitive divides its work when it is made.
  key << int64_t(omp_get_max_threads());
  std::lock_guard<std::mutex> changing(primitives().changing);
  auto &known = primitives().known;
  auto operation = std::make_unique<pfd_operation>();
  auto found = known.find(key);
  if (found != known.end()) {
    operation->shared = found->second.lock();
  } else {
    operation->shared = std::make_shared<Primitive>(key);
    fill(*operation->shared);
    known[key] = operation->shared;
  }
  return operation.release();
}

/// Makes the next run point the memory objects anew.
static void forget(const pfd_operation *operation) {
  std::lock_guard<std::mutex> running(operation->shared->running);
  if (operation->shared->pointedAt == operation) operation->shared->pointedAt = nullptr;
}

/// Points the memory objects at an operation's operands.
static void point(Primitive &primitive, const pfd_operation *operation) {
  if (primitive.pointedAt == operation) return;
  auto *scratch = static_cast<char *>(operation->scratch);
  auto *rest = scratch + primitive.padBytes;
  primitive.scratchMemory.set_data_handle(scratch);
  for (auto &argument : primitive.arguments) {
    argument.outer.set_data_handle(operation->operands[int(argument.role)]);
    if (!argument.converted) continue;
    argument.pad.set_data_handle(scratch);
    argument.inner.set_data_handle(rest);
    rest += argument.innerBytes;
  }
  primitive.pointedAt = operation;
}

/// Copies an argument between the caller's layout and the primitive's.
static int convert(Primitive &primitive, const Argument &argument) {
  bool out = argument.role == Role::target;
  dnnl_exec_arg_t ends[] = {
      {DNNL_ARG_FROM, (out ? argument.inner : argument.outer).get()},
      {DNNL_ARG_TO, (out ? argument.outer : argument.inner).get()},
      {DNNL_ARG_SCRATCHPAD, argument.pad.get()},
  };
  return dnnl_primitive_execute(argument.reorder.get(), primitive.stream.get(), 3, ends);
}

extern "C" {

void pfd_destroy(pfd_operation *operation) {
  std::lock_guard<std::mutex> changing(primitives().changing);
  // Another operation may be made at the same place of memory.
  forget(operation);
  if (operation->shared.use_count() == 1) primitives().known.erase(operation->shared->key);
  delete operation;
}

size_t pfd_scratch_bytes(const pfd_operation *operation) { return operation->shared->scratchBytes; }

const char *pfd_implementation(const pfd_operation *operation) {
  return operation->shared->implementation.c_str();
}

int pfd_shares_primitive(const pfd_operation *one, const pfd_operation *other) {
  return one->shared == other->shared;
}

void pfd_bind(
    pfd_operation *operation, void *source, void *weight, void *bias, void *target, void *scratch) {
  forget(operation);
  operation->operands[int(Role::source)] = source;
  operation->operands[int(Role::weight)] = weight;
  operation->operands[int(Role::bias)] = bias;
  operation->operands[int(Role::target)] = target;
  operation->scratch = scratch;
}

int pfd_run(pfd_operation *operation) {
  return guarded(-1, [&] {
    auto &primitive = *operation->shared;
    std::lock_guard<std::mutex> running(primitive.running);
    point(primitive, operation);
    auto failed = 0;
    for (auto &argument : primitive.arguments) {
      if (argument.converted && argument.role != Role::target) failed |= convert(primitive, argument);
    }
    failed |= dnnl_primitive_execute(
        primitive.primitive.get(), primitive.stream.get(), int(primitive.executed.size()),
        primitive.executed.data());
    for (auto &argument : primitive.arguments) {
      if (argument.converted && argument.role == Role::target) failed |= convert(primitive, argument);
    }
    if (failed) rememberError("oneDNN could not execute the primitive");
    return failed ? -1 : 0;
  });
}
}

#endif
