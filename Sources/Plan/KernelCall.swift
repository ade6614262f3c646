/// Everything that a runtime can be asked to compute: a closed set, so that a forgotten kernel is a compile error.
///
/// Operands are indices into the program's tensors. While an operator lowers itself, they are positions instead: its
/// inputs first, then its outputs; the plan builder renumbers them.
package enum KernelCall: Sendable, Hashable {
  /// Any fused group of elementwise operations, with broadcasting reads and optional reductions at its end.
  case tile(TileCall)
  /// Many small ones at once.
  case tileList(TileListCall)
  /// y = activation(conv(x, w) + b).
  case convolution(ConvolutionCall)
  /// The gradient of a convolution with respect to its input; also a transposed convolution.
  case convolutionInputGradient(ConvolutionCall)
  /// The gradient of a convolution with respect to its weight.
  case convolutionWeightGradient(ConvolutionCall)
  /// The gradient of a convolution with respect to its weight, and what is computed from it at once.
  case weightUpdate(WeightUpdateCall)
  case matmul(MatmulCall)
  /// Mean and biased variance over a range of axes.
  case moments(MomentsCall)
  /// A strided copy: transposes, slices, concatenation and padding.
  case copy(CopyCall)
  case pool(PoolCall)
  /// Adjoint of an average (or sum) pool.
  case averagePoolGradient(PoolCall)
  /// Moves values to (`scatter`) or from (`gather`) the places where a max pool found its maxima.
  case maxPoolScatter(PoolCall)
  case maxPoolGather(PoolCall)
  case bilinear(BilinearCall)
  case bilinearGradient(BilinearCall)
  case gather(GatherCall)
  /// Adjoint of `gather`: adds rows to the places they came from, in index order.
  case scatterAdd(GatherCall)
  case oneHot(OneHotCall)
  case random(RandomCall)
  /// One of the calls above, and the moments of what it computes.
  indirect case measured(MeasuredCall)
}

/// A 2-D convolution in any of its three passes.
///
/// | pass | reads | writes |
/// |---|---|---|
/// | forward | `source` x, `weight`, `bias` | `target` y |
/// | input gradient | `source` dy, `weight`, `bias` | `target` dx |
/// | weight gradient | `source` x, `weight` dy | `target` dw |
package struct ConvolutionCall: Codable, Sendable, Hashable {
  package var source: TensorID
  package var weight: TensorID
  package var bias: TensorID?
  package var target: TensorID
  /// Vertical, horizontal.
  package var stride: [Int]
  /// Top, left, bottom, right.
  package var padding: [Int]
  package var dilation: [Int]
  package var groups: Int
  package var activation: Activation
  /// Machines that lack the algorithm compute directly.
  package var algorithm: ConvolutionAlgorithm

  /// What the kernel applies to its result while it is still in registers.
  package enum Activation: Codable, Sendable, Hashable {
    case identity
    case relu
    case leakyRelu(slope: Double)
    case tanh
    case sigmoid
  }

  package init(
    source: TensorID, weight: TensorID, bias: TensorID? = nil, target: TensorID, stride: [Int],
    padding: [Int], dilation: [Int] = [1, 1], groups: Int = 1, activation: Activation = .identity,
    algorithm: ConvolutionAlgorithm = .direct
  ) {
    self.source = source
    self.weight = weight
    self.bias = bias
    self.target = target
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.activation = activation
    self.algorithm = algorithm
  }
}

/// The gradient of a weight and the elementwise operations that alone read it, such as an optimiser's.
///
/// The gradient is a tensor that is stored nowhere (`PlanTensor.Storage.transient`): a runtime computes it for some
/// channels of y at a time and lets the tile call run over these, so that it is never whole.
package struct WeightUpdateCall: Codable, Sendable, Hashable {
  /// A weight gradient without bias and activation, in float32.
  package var gradient: ConvolutionCall
  /// Without reductions.
  package var tile: TileCall

  package init(gradient: ConvolutionCall, tile: TileCall) {
    self.gradient = gradient
    self.tile = tile
  }
}

extension KernelCall {
  /// Tensors that exist within the call alone.
  package var transients: [TensorID] {
    if case .weightUpdate(let update) = self { [update.gradient.target] } else { [] }
  }

  /// What the call does by turns: for a weight's update its gradient and the tile, for others all at once.
  package var parts: [KernelCall] {
    if case .weightUpdate(let update) = self {
      [.convolutionWeightGradient(update.gradient), .tile(update.tile)]
    } else {
      [self]
    }
  }
}

/// C = op(A)·op(B) + bias, of rank 2, or of rank 3 with a leading batch axis.
package struct MatmulCall: Codable, Sendable, Hashable {
  package var left: TensorID
  package var right: TensorID
  /// One value per column of C.
  package var bias: TensorID?
  package var target: TensorID
  package var transposeLeft: Bool
  package var transposeRight: Bool
  package var activation: ConvolutionCall.Activation

  package init(
    left: TensorID, right: TensorID, bias: TensorID? = nil, target: TensorID,
    transposeLeft: Bool = false, transposeRight: Bool = false,
    activation: ConvolutionCall.Activation = .identity
  ) {
    self.left = left
    self.right = right
    self.bias = bias
    self.target = target
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
    self.activation = activation
  }
}

/// Mean and biased variance of `source` over `axes`; the targets keep the axes with extent 1.
package struct MomentsCall: Codable, Sendable, Hashable {
  package var source: TensorID
  package var mean: TensorID
  package var variance: TensorID
  /// Logical axes, ascending.
  package var axes: [Int]

  package init(source: TensorID, mean: TensorID, variance: TensorID, axes: [Int]) {
    self.source = source
    self.mean = mean
    self.variance = variance
    self.axes = axes
  }
}

/// `target[targetOffset + Σ i·targetStrides] = source[sourceOffset + Σ i·sourceStrides]` for every i in `extent`.
package struct CopyCall: Codable, Sendable, Hashable {
  package var source: TensorID
  package var target: TensorID
  package var extent: [Int]
  package var sourceStrides: [Int]
  package var sourceOffset: Int
  package var targetStrides: [Int]
  package var targetOffset: Int
  /// Written to every element of the target first; nil when the copies of a program cover it.
  package var fill: Double?

  package init(
    source: TensorID, target: TensorID, extent: [Int], sourceStrides: [Int], sourceOffset: Int,
    targetStrides: [Int], targetOffset: Int, fill: Double? = nil
  ) {
    self.source = source
    self.target = target
    self.extent = extent
    self.sourceStrides = sourceStrides
    self.sourceOffset = sourceOffset
    self.targetStrides = targetStrides
    self.targetOffset = targetOffset
    self.fill = fill
  }
}

/// A pooling window over the last two axes of an N, C, H, W tensor.
///
/// `pool` reads `source` and writes `target` (and `indices` for a max). `averagePoolGradient` reads dy and writes dx.
/// `maxPoolScatter` reads dy and `indices`, writes dx; `maxPoolGather` reads a tensor like x and `indices`, writes one
/// like y. Indices are i64, h·W + w of the place in the unpadded input plane.
package struct PoolCall: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable { case max, average, sum }
  package var kind: Kind
  package var source: TensorID
  package var target: TensorID
  package var indices: TensorID?
  package var kernel: [Int]
  package var stride: [Int]
  /// Top, left, bottom, right.
  ///
  /// Padding counts in an average, as PyTorch's `count_include_pad=True`.
  package var padding: [Int]

  package init(
    kind: Kind, source: TensorID, target: TensorID, indices: TensorID? = nil, kernel: [Int],
    stride: [Int], padding: [Int]
  ) {
    self.kind = kind
    self.source = source
    self.target = target
    self.indices = indices
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// Bilinear resizing of the last two axes of an N, C, H, W tensor.
///
/// With `alignCorners` false, source = (target + ½)·scale - ½ (PyTorch); with `legacy`, source = target·scale
/// (TensorFlow 1, `align_corners=False`).
package struct BilinearCall: Codable, Sendable, Hashable {
  package enum Mode: String, Codable, Sendable { case halfPixel, alignCorners, legacy }
  package var source: TensorID
  package var target: TensorID
  package var mode: Mode

  package init(source: TensorID, target: TensorID, mode: Mode) {
    self.source = source
    self.target = target
    self.mode = mode
  }
}

/// Rows picked by index.
///
/// Not batched: source [V, …], index [N] → target [N, …], target[n] = source[index[n]].
/// Batched: source [N, D, …], index [N] → target [N, …], target[n] = source[n, index[n]].
/// `scatterAdd` reads dy as `source` and writes the whole of `target`, which has the gathered tensor's shape.
package struct GatherCall: Codable, Sendable, Hashable {
  package var source: TensorID
  package var index: TensorID
  package var target: TensorID
  package var batched: Bool

  package init(source: TensorID, index: TensorID, target: TensorID, batched: Bool) {
    self.source = source
    self.index = index
    self.target = target
    self.batched = batched
  }
}

/// index [N] of i64 → target [N, classes] of 0 and 1.
package struct OneHotCall: Codable, Sendable, Hashable {
  package var index: TensorID
  package var target: TensorID

  package init(index: TensorID, target: TensorID) {
    self.index = index
    self.target = target
  }
}

/// Random numbers by Philox 4×32-10: a pure function of the run's seed, the step and this node's key.
package struct RandomCall: Codable, Sendable, Hashable {
  package enum Distribution: Codable, Sendable, Hashable {
    case normal(mean: Double, std: Double)
    /// Redrawn beyond two standard deviations.
    case truncatedNormal(mean: Double, std: Double)
    case uniform(low: Double, high: Double)
    /// 1 with the given probability, else 0.
    case bernoulli(probability: Double)
    /// Whole numbers low ..< high.
    case integers(low: Int, high: Int)
  }
  package var target: TensorID
  package var distribution: Distribution
  /// Derived from the node's path, so that editing a network keeps the numbers of the rest.
  package var key: UInt64
  /// The name by which `planform run` overrides the draw with a tensor.
  package var name: String

  package init(target: TensorID, distribution: Distribution, key: UInt64, name: String) {
    self.target = target
    self.distribution = distribution
    self.key = key
    self.name = name
  }
}
