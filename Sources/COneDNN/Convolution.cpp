#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include <memory>

#include "Operation.h"

using dnnl::memory;
using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardWeights = dnnl::convolution_backward_weights;

namespace {

memory::desc described(
    const memory::dims &shape, const memory::dims &strides,
    memory::data_type type = memory::data_type::f32) {
  return memory::desc(shape, type, strides);
}

memory::dims stridesOf(const memory::desc &image) {
#if DNNL_VERSION_MAJOR >= 3
  return image.get_strides();
#else
  auto *strides = image.data.format_desc.blocking.strides;
  return memory::dims(strides, strides + image.data.ndims);
#endif
}

/// Shapes, layouts and geometry as oneDNN wants them.
struct Geometry {
  memory::dims weightShape;
  /// The caller's images, and those that the primitive works on: what it reads has the type in which it multiplies.
  memory::desc x, y, ownX, ownY;
  memory::desc w, bias, freeWeight;
  memory::data_type factor;
  memory::dims stride, dilation, before, after;

  explicit Geometry(const pfd_convolution &c) {
    memory::dims xShape = {c.batch, c.in_channels, c.in_size[0], c.in_size[1]};
    memory::dims yShape = {c.batch, c.out_channels, c.out_size[0], c.out_size[1]};
    memory::dims xStrides = {c.x_strides[0], c.x_strides[1], c.x_strides[2], c.x_strides[3]};
    memory::dims yStrides = {c.y_strides[0], c.y_strides[1], c.y_strides[2], c.y_strides[3]};
    x = described(xShape, xStrides, typeOf(c.x_element));
    y = described(yShape, yStrides, typeOf(c.y_element));
    auto isNarrow = c.x_element == pfd_bfloat16 || c.y_element == pfd_bfloat16;
    factor = typeOf(isNarrow ? pfd_bfloat16 : pfd_float32);
    ownX = c.pass == pfd_input_gradient ? x : described(xShape, xStrides, factor);
    ownY = c.pass == pfd_forward ? y : described(yShape, yStrides, factor);
    auto out = c.out_channels / c.groups, in = c.in_channels / c.groups;
    if (c.groups == 1) {
      weightShape = {out, in, c.kernel[0], c.kernel[1]};
      w = described(
          weightShape, {c.w_strides[0], c.w_strides[1], c.w_strides[2], c.w_strides[3]});
    } else {
      weightShape = {c.groups, out, in, c.kernel[0], c.kernel[1]};
      w = described(
          weightShape,
          {out * c.w_strides[0], c.w_strides[0], c.w_strides[1], c.w_strides[2], c.w_strides[3]});
    }
    // In the layout that oneDNN likes best.
    auto weightType = c.pass == pfd_weight_gradient ? memory::data_type::f32 : factor;
    freeWeight = memory::desc(weightShape, weightType, memory::format_tag::any);
    bias = described({c.out_channels}, {1});
    stride = {c.stride[0], c.stride[1]};
    // oneDNN counts the holes between taps.
    dilation = {c.dilation[0] - 1, c.dilation[1] - 1};
    before = {c.padding_before[0], c.padding_before[1]};
    after = {c.padding_after[0], c.padding_after[1]};
  }

  /// The forward convolution of which a gradient is taken, all of one type.
  Geometry hint() const {
    Geometry forward = *this;
    forward.ownX = described(x.dims(), stridesOf(x), factor);
    forward.ownY = described(y.dims(), stridesOf(y), factor);
    forward.freeWeight = memory::desc(weightShape, factor, memory::format_tag::any);
    return forward;
  }
};

constexpr auto direct = dnnl::algorithm::convolution_direct;

Forward::primitive_desc forward(
    const Geometry &g, dnnl::prop_kind kind, bool bias, const dnnl::primitive_attr &attributes) {
#if DNNL_VERSION_MAJOR >= 3
  if (bias) {
    return Forward::primitive_desc(
        sharedEngine(), kind, direct, g.ownX, g.freeWeight, g.bias, g.ownY, g.stride, g.dilation,
        g.before, g.after, attributes);
  }
  return Forward::primitive_desc(
      sharedEngine(), kind, direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before,
      g.after, attributes);
#else
  auto description =
      bias ? Forward::desc(
                 kind, direct, g.ownX, g.freeWeight, g.bias, g.ownY, g.stride, g.dilation, g.before,
                 g.after)
           : Forward::desc(
                 kind, direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before, g.after);
  return Forward::primitive_desc(description, attributes, sharedEngine());
#endif
}

void createForward(Primitive &primitive, const pfd_convolution &c, const Geometry &g) {
  auto chosen = forward(
      g, dnnl::prop_kind::forward_inference, c.has_bias, attributes(c.activation, c.slope));
  primitive.add(DNNL_ARG_SRC, Role::source, g.x, chosen.src_desc());
  primitive.add(DNNL_ARG_WEIGHTS, Role::weight, g.w, chosen.weights_desc());
  if (c.has_bias) primitive.add(DNNL_ARG_BIAS, Role::bias, g.bias, g.bias);
  primitive.add(DNNL_ARG_DST, Role::target, g.y, chosen.dst_desc());
  primitive.finish(Forward(chosen), chosen.impl_info_str(), chosen.scratchpad_desc());
}

void createInputGradient(Primitive &primitive, const Geometry &g) {
  auto plain = attributes(pfd_identity, 0);
  auto hint = forward(g.hint(), dnnl::prop_kind::forward_training, false, plain);
#if DNNL_VERSION_MAJOR >= 3
  auto chosen = BackwardData::primitive_desc(
      sharedEngine(), direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before, g.after,
      hint, plain);
#else
  auto chosen = BackwardData::primitive_desc(
      BackwardData::desc(
          direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before, g.after),
      plain, sharedEngine(), hint);
#endif
  primitive.add(DNNL_ARG_DIFF_DST, Role::source, g.y, chosen.diff_dst_desc());
  primitive.add(DNNL_ARG_WEIGHTS, Role::weight, g.w, chosen.weights_desc());
  primitive.add(DNNL_ARG_DIFF_SRC, Role::target, g.x, chosen.diff_src_desc());
  primitive.finish(BackwardData(chosen), chosen.impl_info_str(), chosen.scratchpad_desc());
}

void createWeightGradient(Primitive &primitive, const Geometry &g) {
  auto plain = attributes(pfd_identity, 0);
  auto hint = forward(g.hint(), dnnl::prop_kind::forward_training, false, plain);
#if DNNL_VERSION_MAJOR >= 3
  auto chosen = BackwardWeights::primitive_desc(
      sharedEngine(), direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before, g.after,
      hint, plain);
#else
  auto chosen = BackwardWeights::primitive_desc(
      BackwardWeights::desc(
          direct, g.ownX, g.freeWeight, g.ownY, g.stride, g.dilation, g.before, g.after),
      plain, sharedEngine(), hint);
#endif
  primitive.add(DNNL_ARG_SRC, Role::source, g.x, chosen.src_desc());
  primitive.add(DNNL_ARG_DIFF_DST, Role::weight, g.y, chosen.diff_dst_desc());
  primitive.add(DNNL_ARG_DIFF_WEIGHTS, Role::target, g.w, chosen.diff_weights_desc());
  primitive.finish(BackwardWeights(chosen), chosen.impl_info_str(), chosen.scratchpad_desc());
}

Key keyOf(const pfd_convolution &c) {
  return Key(0) << c.pass << c.batch << c.in_channels << c.out_channels << c.groups << c.in_size
                << c.out_size << c.kernel << c.stride << c.dilation << c.padding_before
                << c.padding_after << c.x_strides << c.w_strides << c.y_strides << c.x_element
                << c.y_element << c.has_bias << c.activation << bitsOf(c.slope);
}

}  // namespace

extern "C" pfd_operation *pfd_create_convolution(const pfd_convolution *convolution) {
  return guarded<pfd_operation *>(nullptr, [&] {
    auto &c = *convolution;
    return operationFor(keyOf(c), [&](Primitive &primitive) {
      Geometry geometry(c);
      switch (c.pass) {
        case pfd_forward: createForward(primitive, c, geometry); break;
        case pfd_input_gradient: createInputGradient(primitive, geometry); break;
        case pfd_weight_gradient: createWeightGradient(primitive, geometry); break;
      }
    });
  });
}

#endif
