#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include <memory>

#include "Operation.h"

using dnnl::memory;
using dnnl::matmul;

/// A matrix, or a batch of them, with the strides batch, row, column.
static memory::desc matrix(
    const pfd_matmul &m, int64_t rows, int64_t columns, const int64_t *strides,
    memory::data_type type) {
  if (m.batch == 0) return memory::desc({rows, columns}, type, {strides[1], strides[2]});
  return memory::desc({m.batch, rows, columns}, type, {strides[0], strides[1], strides[2]});
}

static matmul::primitive_desc chosenFor(
    const pfd_matmul &m, const memory::desc &a, const memory::desc &b, const memory::desc &bias,
    const memory::desc &c) {
  auto attribute = attributes(m.activation, m.slope);
#if DNNL_VERSION_MAJOR >= 3
  if (m.has_bias) return matmul::primitive_desc(sharedEngine(), a, b, bias, c, attribute);
  return matmul::primitive_desc(sharedEngine(), a, b, c, attribute);
#else
  auto description = m.has_bias ? matmul::desc(a, b, bias, c) : matmul::desc(a, b, c);
  return matmul::primitive_desc(description, attribute, sharedEngine());
#endif
}

static void create(Primitive &primitive, const pfd_matmul &m) {
  auto isNarrow = m.a_element == pfd_bfloat16 || m.b_element == pfd_bfloat16
                  || m.c_element == pfd_bfloat16;
  auto factor = typeOf(isNarrow ? pfd_bfloat16 : pfd_float32);
  auto a = matrix(m, m.m, m.k, m.a_strides, typeOf(m.a_element));
  auto b = matrix(m, m.k, m.n, m.b_strides, typeOf(m.b_element));
  auto c = matrix(m, m.m, m.n, m.c_strides, typeOf(m.c_element));
  auto bias = m.batch == 0 ? memory::desc({1, m.n}, memory::data_type::f32, {m.n, 1})
                           : memory::desc({1, 1, m.n}, memory::data_type::f32, {m.n, m.n, 1});
  auto chosen = chosenFor(
      m, matrix(m, m.m, m.k, m.a_strides, factor), matrix(m, m.k, m.n, m.b_strides, factor), bias,
      c);
  primitive.add(DNNL_ARG_SRC, Role::source, a, chosen.src_desc());
  primitive.add(DNNL_ARG_WEIGHTS, Role::weight, b, chosen.weights_desc());
  if (m.has_bias) primitive.add(DNNL_ARG_BIAS, Role::bias, bias, bias);
  primitive.add(DNNL_ARG_DST, Role::target, c, chosen.dst_desc());
  primitive.finish(matmul(chosen), chosen.impl_info_str(), chosen.scratchpad_desc());
}

static Key keyOf(const pfd_matmul &m) {
  return Key(1) << m.batch << m.m << m.n << m.k << m.a_strides << m.b_strides << m.c_strides
                << m.a_element << m.b_element << m.c_element << m.has_bias << m.activation
                << bitsOf(m.slope);
}

extern "C" pfd_operation *pfd_create_matmul(const pfd_matmul *m) {
  return guarded<pfd_operation *>(nullptr, [&] {
    return operationFor(keyOf(*m), [&](Primitive &primitive) { create(primitive, *m); });
  });
}

#endif
