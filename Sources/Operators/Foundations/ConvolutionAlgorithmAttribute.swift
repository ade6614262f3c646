import GraphIR
import Plan

/// The attribute by which the compiler says how a convolution is computed.
///
/// It is read only when given, so that the catalogue does not offer it to people.
extension ConvolutionAlgorithm {
  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    self = .direct
    guard attributes.has("algorithm") else { return }
    let names = ConvolutionAlgorithm.allCases.map(\.rawValue)
    let name = try attributes.choice("algorithm", among: names)
    self = ConvolutionAlgorithm(rawValue: name) ?? .direct
  }

  var attributes: [Attribute] {
    self == .direct ? [] : [Attribute("algorithm", .text(rawValue))]
  }
}
