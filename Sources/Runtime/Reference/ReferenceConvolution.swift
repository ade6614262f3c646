import Plan

/// What the three passes of a convolution share: which image row or column each kernel place reads.
private struct ConvolutionWindow<Scalar: ReferenceScalar> {
  let image: ReferenceOperand<Scalar>
  let weight: ReferenceOperand<Scalar>
  let result: ReferenceOperand<Scalar>
  let call: ConvolutionCall

  /// Channels of one group in the image and in the result.
  var inputs: Int { weight.shape[1] }
  var outputs: Int { weight.shape[0] / call.groups }

  /// Calls `body` with the offsets of the result's element (channel 0) and, for every kernel place inside the image,
  /// of the image's element (channel 0) and the weight's (output 0, input 0).
  func forEach(_ body: (_ result: Int, _ image: Int, _ weight: Int) -> Void) {
    for n in 0..<result.shape[0] {
      for i in 0..<result.shape[2] {
        for j in 0..<result.shape[3] {
          let place = n * result.strides[0] + i * result.strides[2] + j * result.strides[3]
          for k in 0..<weight.shape[2] {
            let row = i * call.stride[0] - call.padding[0] + k * call.dilation[0]
            guard row >= 0, row < image.shape[2] else { continue }
            for l in 0..<weight.shape[3] {
              let column = j * call.stride[1] - call.padding[1] + l * call.dilation[1]
              guard column >= 0, column < image.shape[3] else { continue }
              body(
                place,
                n * image.strides[0] + row * image.strides[2] + column * image.strides[3],
                k * weight.strides[2] + l * weight.strides[3])
            }
          }
        }
      }
    }
  }

  /// Calls `body` with pointers to a result's element, to the image's first channel of its group and to the weight's
  /// first input, for every product of the convolution.
  func forEachOutput(
    _ body: (
      _ result: UnsafeMutablePointer<Scalar>, _ image: UnsafeMutablePointer<Scalar>,
      _ weight: UnsafeMutablePointer<Scalar>
    ) -> Void
  ) {
    let (y, x, w) = (result.scalars, image.scalars, weight.scalars)
    let (outputs, groups) = (outputs, call.groups)
    let (resultStep, weightStep) = (result.strides[1], weight.strides[0])
    let groupStep = inputs * image.strides[1]
    forEach { result, image, weight in
      for group in 0..<groups {
        for output in group * outputs..<(group + 1) * outputs {
          body(
            y + result + output * resultStep, x + image + group * groupStep,
            w + weight + output * weightStep)
        }
      }
    }
  }
}

/// Adds the bias and applies the activation, channel by channel.
private struct ConvolutionEpilogue<Scalar: ReferenceScalar> {
  let target: ReferenceOperand<Scalar>
  let bias: UnsafeMutablePointer<Scalar>?
  let activation: ConvolutionCall.Activation
  let walk: StridedWalk

  init(
    _ call: ConvolutionCall, _ target: ReferenceOperand<Scalar>,
    _ operand: (TensorID) -> ReferenceOperand<Scalar>
  ) {
    self.target = target
    bias = call.bias.map { operand($0).scalars }
    activation = call.activation
    let order = [0, 2, 3, 1]
    walk = StridedWalk(
      extent: order.map { target.shape[$0] }, [.init(order.map { target.strides[$0] })])
  }

  func begin() { ReferenceLoops.fill(target, walk, with: 0) }

  func finish() {
    guard bias != nil || activation != .identity else { return }
    let stride = walk.rowStrides[0]
    walk.forEachRow { offsets, _ in
      let row = target.scalars + offsets[0]
      for channel in 0..<walk.rowLength {
        row[channel * stride] = activation.apply(row[channel * stride] + (bias?[channel] ?? 0))
      }
    }
  }
}

/// y[n,o,i,j] = Σ x[n,c,s·i+d·k-p,s·j+d·l-p] · w[o,c,k,l].
struct ReferenceConvolution<Scalar: ReferenceScalar>: ReferenceKernel {
  private let window: ConvolutionWindow<Scalar>
  private let epilogue: ConvolutionEpilogue<Scalar>

  init(_ call: ConvolutionCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    window = ConvolutionWindow(
      image: operand(call.source), weight: operand(call.weight), result: operand(call.target),
      call: call)
    epilogue = ConvolutionEpilogue(call, window.result, operand)
  }

  func run(_ context: RunContext) {
    let (inputs, step, weightStep) = (
      window.inputs, window.image.strides[1], window.weight.strides[1]
    )
    epilogue.begin()
    window.forEachOutput { result, image, weight in
      result.pointee += ReferenceLoops.dot(image, step, weight, weightStep, inputs)
    }
    epilogue.finish()
  }
}

/// dx[n,c,s·i+d·k-p,s·j+d·l-p] = Σ dy[n,o,i,j] · w[o,c,k,l].
struct ReferenceConvolutionInputGradient<Scalar: ReferenceScalar>: ReferenceKernel {
  private let window: ConvolutionWindow<Scalar>
  private let epilogue: ConvolutionEpilogue<Scalar>

  init(_ call: ConvolutionCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    window = ConvolutionWindow(
      image: operand(call.target), weight: operand(call.weight), result: operand(call.source),
      call: call)
    epilogue = ConvolutionEpilogue(call, window.image, operand)
  }

  func run(_ context: RunContext) {
    let (inputs, step, weightStep) = (
      window.inputs, window.image.strides[1], window.weight.strides[1]
    )
    epilogue.begin()
    window.forEachOutput { result, image, weight in
      ReferenceLoops.addScaled(result.pointee, weight, weightStep, to: image, step, inputs)
    }
    epilogue.finish()
  }
}

/// dw[o,c,k,l] = Σ dy[n,o,i,j] · x[n,c,s·i+d·k-p,s·j+d·l-p].
struct ReferenceConvolutionWeightGradient<Scalar: ReferenceScalar>: ReferenceKernel {
  private let window: ConvolutionWindow<Scalar>
  private let walk: StridedWalk

  init(_ call: ConvolutionCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    window = ConvolutionWindow(
      image: operand(call.source), weight: operand(call.target), result: operand(call.weight),
      call: call)
    walk = window.weight.walk
  }

  func run(_ context: RunContext) {
    let (inputs, step, weightStep) = (
      window.inputs, window.image.strides[1], window.weight.strides[1]
    )
    ReferenceLoops.fill(window.weight, walk, with: 0)
    window.forEachOutput { result, image, weight in
      ReferenceLoops.addScaled(result.pointee, image, step, to: weight, weightStep, inputs)
    }
  }
}
