package import GraphIR

extension OperatorCatalog {
  /// The operators of the language and of the compiler, by name.
  package static let standard = OperatorCatalog(standardTypes)

  /// Every operator there is; a new one gets its line below.
  package static let standardTypes: [any Operator.Type] =
    [GradientRequest.self] + convolutions + activations + arithmetic + reductions + shapes
    + resampling + pooling + indexing + random + losses + optimizers

  private static let convolutions: [any Operator.Type] = [
    Conv2D.self, Conv2DInputGradient.self, Conv2DWeightGradient.self, ConvTranspose2D.self,
    Linear.self, Matmul.self,
    BatchNorm.self, InstanceNorm.self, LayerNorm.self, AdaIN.self,
  ]

  private static let activations: [any Operator.Type] = [
    Elu.self, Gelu.self, Glu.self, LeakyRelu.self, Relu.self, Sigmoid.self, Silu.self,
    Softplus.self, Tanh.self,
  ]

  private static let arithmetic: [any Operator.Type] = [
    Absolute.self, Add.self, Clamp.self, Constant.self, Cosine.self, Divide.self, Equal.self,
    ErrorFunction.self, Exponential.self, Floor.self, Identity.self, Less.self, LessEqual.self,
    Logarithm.self, Maximum.self, Minimum.self, Multiply.self, Negate.self, Power.self,
    ReciprocalSquareRoot.self, Sign.self, Sine.self, Square.self, SquareRoot.self,
    StopGradient.self, Subtract.self, Where.self,
  ]

  private static let reductions: [any Operator.Type] = [
    Amax.self, Amin.self, LogSoftmax.self, Mean.self, Moments.self, Softmax.self, Sum.self,
  ]

  private static let shapes: [any Operator.Type] = [
    Concat.self, Flatten.self, Flip.self, Pad.self, Reshape.self, Slice.self, Split.self,
    Squeeze.self,
    Stack.self, Transpose.self, Unsqueeze.self,
  ]

  private static let resampling: [any Operator.Type] = [
    BroadcastTo.self, ResizeBilinear.self, ResizeBilinearGradient.self, Upsample.self,
    UpsampleNearest.self,
  ]

  private static let pooling: [any Operator.Type] = [
    AveragePool.self, GlobalAveragePool.self, MaxPool.self, MaxPoolGather.self,
    MaxPoolScatter.self, SumPool.self, SumPoolGradient.self,
  ]

  private static let indexing: [any Operator.Type] = [
    Embedding.self, Gather.self, OneHot.self, ScatterAdd.self,
  ]

  private static let random: [any Operator.Type] = [
    Bernoulli.self, Dropout.self, Normal.self, RandomIntegers.self, TruncatedNormal.self,
    Uniform.self,
  ]

  private static let losses: [any Operator.Type] = [
    AbsoluteError.self, BinaryCrossEntropy.self, CrossEntropy.self, Hinge.self,
    KullbackLeibler.self, MeanSquaredError.self,
  ]

  private static let optimizers: [any Operator.Type] = [
    Adam.self, AdamW.self, GradientDescent.self, MovingAverage.self, RootMeanSquare.self,
  ]
}
