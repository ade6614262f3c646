/// How a model's images and their gradients are stored and multiplied.
///
/// Weights, optimisers' memory, statistics, losses and sums are float32 in either.
package enum Precision: String, Sendable, CaseIterable {
  case float32
  /// Stored in bfloat16; products of bfloat16 numbers, added up in float32.
  case bf16
}
