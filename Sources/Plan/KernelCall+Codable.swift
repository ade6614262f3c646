/// In the plan file a call is one flat object whose `call` key names its case.
extension KernelCall: Codable {
  private enum CodingKeys: String, CodingKey { case call }

  /// The case's name, as it stands in the plan file.
  package var name: String { kind.rawValue }

  private enum Kind: String, Codable {
    case tile, tileList, convolution, convolutionInputGradient, convolutionWeightGradient
    case weightUpdate
    case matmul, moments, copy, pool, averagePoolGradient, maxPoolScatter, maxPoolGather, bilinear,
      bilinearGradient
    case gather, scatterAdd, oneHot, random, measured
  }

  private var kind: Kind {
    switch self {
    case .tile: .tile
    case .tileList: .tileList
    case .convolution: .convolution
    case .convolutionInputGradient: .convolutionInputGradient
    case .convolutionWeightGradient: .convolutionWeightGradient
    case .weightUpdate: .weightUpdate
    case .matmul: .matmul
    case .moments: .moments
    case .copy: .copy
    case .pool: .pool
    case .averagePoolGradient: .averagePoolGradient
    case .maxPoolScatter: .maxPoolScatter
    case .maxPoolGather: .maxPoolGather
    case .bilinear: .bilinear
    case .bilinearGradient: .bilinearGradient
    case .gather: .gather
    case .scatterAdd: .scatterAdd
    case .oneHot: .oneHot
    case .random: .random
    case .measured: .measured
    }
  }

  package init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .call)
    self =
      switch kind {
      case .tile: .tile(try TileCall(from: decoder))
      case .tileList: .tileList(try TileListCall(from: decoder))
      case .convolution: .convolution(try ConvolutionCall(from: decoder))
      case .convolutionInputGradient: .convolutionInputGradient(try ConvolutionCall(from: decoder))
      case .convolutionWeightGradient:
        .convolutionWeightGradient(try ConvolutionCall(from: decoder))
      case .weightUpdate: .weightUpdate(try WeightUpdateCall(from: decoder))
      case .matmul: .matmul(try MatmulCall(from: decoder))
      case .moments: .moments(try MomentsCall(from: decoder))
      case .copy: .copy(try CopyCall(from: decoder))
      case .pool: .pool(try PoolCall(from: decoder))
      case .averagePoolGradient: .averagePoolGradient(try PoolCall(from: decoder))
      case .maxPoolScatter: .maxPoolScatter(try PoolCall(from: decoder))
      case .maxPoolGather: .maxPoolGather(try PoolCall(from: decoder))
      case .bilinear: .bilinear(try BilinearCall(from: decoder))
      case .bilinearGradient: .bilinearGradient(try BilinearCall(from: decoder))
      case .gather: .gather(try GatherCall(from: decoder))
      case .scatterAdd: .scatterAdd(try GatherCall(from: decoder))
      case .oneHot: .oneHot(try OneHotCall(from: decoder))
      case .random: .random(try RandomCall(from: decoder))
      case .measured: .measured(try MeasuredCall(from: decoder))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .call)
    switch self {
    case .tile(let call): try call.encode(to: encoder)
    case .tileList(let call): try call.encode(to: encoder)
    case .convolution(let call), .convolutionInputGradient(let call),
      .convolutionWeightGradient(let call):
      try call.encode(to: encoder)
    case .weightUpdate(let call): try call.encode(to: encoder)
    case .matmul(let call): try call.encode(to: encoder)
    case .moments(let call): try call.encode(to: encoder)
    case .copy(let call): try call.encode(to: encoder)
    case .pool(let call), .averagePoolGradient(let call), .maxPoolScatter(let call),
      .maxPoolGather(let call):
      try call.encode(to: encoder)
    case .bilinear(let call), .bilinearGradient(let call): try call.encode(to: encoder)
    case .gather(let call), .scatterAdd(let call): try call.encode(to: encoder)
    case .oneHot(let call): try call.encode(to: encoder)
    case .random(let call): try call.encode(to: encoder)
    case .measured(let call): try call.encode(to: encoder)
    }
  }
}
