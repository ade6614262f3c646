import GraphIR
import Operators
import Plan
import Testing

/// The sentences that people read when shapes or attributes do not fit.
@Suite struct OperatorErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var example: Example
    var message: String
    var testDescription: String { message }

    init(_ example: Example, _ message: String) {
      self.example = example
      self.message = message
    }
  }

  static let cases: [Case] = [
    Case(
      Example("conv2d", ["channels": 4, "kernel": 3], [2, 3]),
      "conv2d wants an f32 tensor of rank 4 (N×C×H×W), got f32[2×3]"),
    Case(
      Example("conv2d", ["channels": 4, "kernel": 5], [1, 3, 4, 4]),
      "conv2d: the kernel reaches over 5×5 pixels, more than the padded image has (f32[1×3×4×4]); add padding or take a smaller kernel"
    ),
    Case(
      Example("conv2d", ["channels": 4, "kernel": 3, "groups": 2], [1, 3, 4, 4]),
      "conv2d: 2 groups do not divide the 3 channels of f32[1×3×4×4]"),
    Case(
      Example("conv2d", ["channels": 3, "kernel": 3, "groups": 2], [1, 4, 4, 4]),
      "conv2d: 2 groups do not divide 3 output channels"),
    Case(
      Example("conv2d", ["channels": 0, "kernel": 3], [1, 4, 4, 4]),
      "conv2d: 'channels' must be at least 1 and 'kernel' 1 to 32768, got 0 and [3, 3]"),
    Case(
      Example("conv2d", ["channels": 1, "kernel": 3, "stride": 0], [1, 4, 4, 4]),
      "'stride', 'dilation' and 'groups' must be at least 1, got [0, 0], [1, 1] and 1"),
    Case(
      Example("conv2d", ["channels": 1, "kernel": 3, "padding": -1], [1, 4, 4, 4]),
      "'padding' must not be negative, got [-1, -1, -1, -1]; crop with slice"),
    Case(
      Example("conv2d", ["channels": 1, "kernel": 3, "padding": "valid"], [1, 4, 4, 4]),
      "type mismatch: 'padding' of conv2d wants a whole number, found \"valid\""),
    Case(
      Example("conv2d", ["channels": 1, "kernel": 3, "pading": 1], [1, 4, 4, 4]),
      "unknown attribute 'pading' of conv2d (did you mean 'padding'?); it takes channels, kernel, stride, padding, dilation, groups, bias"
    ),
    Case(Example("conv2d", ["kernel": 3], [1, 4, 4, 4]), "conv2d needs the attribute 'channels'"),
    Case(
      Example(
        "conv_transpose2d", ["channels": 1, "kernel": 3, "output_padding": 1], [1, 4, 4, 4]),
      "conv_transpose2d: 'output_padding' must be at least 0 and less than 'stride' [1, 1], got [1, 1]"
    ),
    Case(
      Example("conv_transpose2d", ["channels": 1, "kernel": 1, "padding": 3], [1, 4, 4, 4]),
      "conv_transpose2d: the padding leaves nothing of f32[1×4×4×4]; the result would be -2×-2"),
    Case(
      Example("linear", ["features": 3], [4]), "linear wants a batch of rows (N×…×I), got f32[4]"),
    Case(
      Example("matmul", [:], [2, 3], [4, 5]),
      "matmul: the inner extents differ: 3 of f32[2×3] and 4 of f32[4×5]"),
    Case(
      Example("matmul", [:], [2, 3], [2, 3, 4]),
      "matmul wants two tensors of rank 2, or two of rank 3 with equal batches, got f32[2×3] and f32[2×3×4]"
    ),
    Case(
      Example("batch_norm", [:], [2, 3, 4]),
      "batch_norm wants an f32 tensor N×C or N×C×H×W, got f32[2×3×4]"),
    Case(
      Example("batch_norm", [:], [1, 3]),
      "batch_norm in training wants more than one value a channel, got f32[1×3]; raise the batch size or use 'mode: eval'"
    ),
    Case(
      Example("batch_norm", ["mode": "test"], [4, 3]),
      "type mismatch: 'mode' of batch_norm wants one of train, eval, found \"test\""),
    Case(
      Example("instance_norm", [:], [2, 3, 1, 1]),
      "instance_norm wants more than one pixel an image, got f32[2×3×1×1]"),
    Case(
      Example("layer_norm", ["dims": 3], [2, 3]),
      "layer_norm: 'dims' must be 1 to the rank of f32[2×3], got 3"),
    Case(
      Example("ada_in", [:], [2, 3, 4, 4], [3], [3]),
      "ada_in: gamma and beta must be f32[2×3], one number a channel, got f32[3]"),
    Case(Example("add", [:], [2, 3], [2]), "add: the shapes f32[2×3] and f32[2] do not broadcast"),
    Case(
      Example("mul", [:], [.any([2]), .index([2], below: 1)]),
      "mul works on f32 tensors, got f32[2] and i64[2]"),
    Case(Example("sub", [:], [2]), "sub takes 2 inputs, got 1"),
    Case(
      Example("clamp", ["min": 1, "max": 0], [2]),
      "clamp: 'min' must not be above 'max', got 1.0 and 0.0"),
    Case(Example("elu", ["alpha": 0], [2]), "elu: 'alpha' must be positive, got 0.0"),
    Case(
      Example("glu", [:], [2, 3]), "glu halves axis 1, whose extent must be even, got 3 in f32[2×3]"
    ),
    Case(
      Example("sum", ["axes": [2]], [2, 3]),
      "sum: there is no axis 2 in f32[2×3]; its axes are 0 to 1"),
    Case(
      Example("sum", ["axes": [0, -2]], [2, 3]), "sum: 'axes' must name every axis once, got [0, 0]"
    ),
    Case(
      Example("reshape", ["to": [4]], [2, 3]),
      "reshape: f32[2×3] has 6 elements, which do not fill [2, 4]"),
    Case(
      Example("reshape", ["to": [-1, 4]], [2, 3]),
      "reshape: f32[2×3] has 6 elements, which do not fill [2, -1, 4]"),
    Case(
      Example("transpose", ["axes": [0, 0]], [2, 3]),
      "transpose: 'axes' must name every axis of f32[2×3] once, got [0, 0]"),
    Case(
      Example("slice", ["stop": -1], [1, 3]),
      "slice keeps nothing of axis 0 of f32[1×3]: from 0 up to 0; the axis needs a greater extent than 1"
    ),
    Case(
      Example("slice", ["start": 1, "stop": 5], [3]),
      "slice: axis 0 of f32[3] has the places 0 to 2, not 1..<5"),
    Case(
      Example("pad", ["before": [1], "after": [0]], [2, 3]),
      "pad: [1] before and [0] behind do not fit the rank of f32[2×3]"),
    Case(
      Example("concat", [:], [2, 3], [3, 3]),
      "concat: the parts may differ on axis 1 alone, got f32[2×3], f32[3×3]"),
    Case(
      Example("stack", [:], [2, 3], [3, 3]),
      "stack wants tensors of one type, got f32[2×3], f32[3×3]"),
    Case(
      Example("split", ["parts": 2], [2, 5]), "split cannot cut 5 of f32[2×5] into 2 equal parts"),
    Case(
      Example("split", ["sizes": [2, 2]], [2, 5]),
      "split cannot cut 5 of f32[2×5] into pieces of [2, 2]"),
    Case(
      Example("squeeze", ["axes": 1], [2, 3]),
      "squeeze drops axes of extent 1, but axis 1 of f32[2×3] has 3"),
    Case(
      Example("broadcast_to", ["shape": [2]], [3]),
      "broadcast_to cannot stretch f32[3] to [2]; extents must be equal or 1"),
    Case(
      Example("avg_pool", ["kernel": 4], [1, 1, 2, 2]),
      "avg_pool: the window 4×4 is larger than the padded image f32[1×1×2×2]"),
    Case(
      Example("max_pool", ["kernel": 2, "padding": 2], [1, 1, 2, 2]),
      "'padding' must be at least 0 and less than the kernel [2, 2], got [2, 2, 2, 2]"),
    Case(
      Example("gather", [:], [2, 3], [2]),
      "gather along axis 0 wants a tensor of rank 1 or more and one i64 index a sample, got f32[2×3] and f32[2]"
    ),
    Case(
      Example("one_hot", ["classes": 3], [2]),
      "one_hot wants one i64 class a sample (i64[N]), got f32[2]"),
    Case(
      Example("bce", [:], [8, 1], [8]),
      "bce: f32[8] does not broadcast to the shape of the prediction f32[8×1]"),
    Case(
      Example("cross_entropy", [:], [8, 10], [8]),
      "cross_entropy wants logits f32[N×K] and labels i64[N], got f32[8×10] and f32[8]"),
    Case(
      Example("normal", ["shape": [2, 0]]), "normal: every extent must be at least 1, got [2, 0]"),
    Case(
      Example("dropout", ["p": 1], [2]), "dropout: 'p' must be at least 0 and less than 1, got 1.0"),
    Case(
      Example("adam", ["betas": [0.5, 1]], [2], [2], [], [], [2], [2]),
      "'betas' must be at least 0 and less than 1, got [0.5, 1.0]"),
    Case(
      Example("sgd", ["nesterov": true], [2], [2], [], []),
      "sgd: 'nesterov' needs a 'momentum' above 0"),
  ]

  @Test(arguments: cases)
  func `what does not fit is refused with a reason`(_ test: Case) throws {
    var graph = Graph(name: "g")
    let error = #expect(throws: Diagnostic.self) {
      let op = try test.example.makeOperator()
      let types = try test.example.allOperands(of: op).map(\.type)
      try graph.append(op, types.map { graph.addInput("x", kind: .caller, type: $0) })
    }
    #expect(error?.message.text == test.message)
    #expect(graph.nodes.isEmpty)
  }
}
