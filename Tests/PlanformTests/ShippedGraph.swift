import Foundation
import Testing

/// A graph of the repository at a size at which the reference interpreter runs it in a second.
struct ShippedGraph: Sendable, CustomTestStringConvertible {
  /// Path below `graphs`, without its ending.
  let name: String
  let settings: [String]

  private init(_ name: String, _ settings: String) {
    self.name = name
    self.settings = settings.split(separator: " ").map(String.init)
  }

  var testDescription: String { name }
  var path: String { Repository.path("graphs/\(name).yaml") }

  static let all: [ShippedGraph] = [
    ShippedGraph("classifier/classifier", "batch=2 size=16 width=2 classes=3"),
    ShippedGraph(
      "dcgan/conditional", "batch=4 size=28 gf_dim=4 df_dim=4 z_dim=8 gfc_dim=16 dfc_dim=16"),
    ShippedGraph("dcgan/dcgan", "batch=4 size=16 gf_dim=4 df_dim=4 z_dim=8"),
    ShippedGraph("dcgan/fashion-mnist", "batch=4 size=16 gf_dim=4 df_dim=4 z_dim=8"),
    ShippedGraph("gan/ring", "batch=8 width=8 z_dim=4 points=16 side=4"),
    ShippedGraph("stackgan/emoji", "batch=4 gf_dim=4 df_dim=4 \(text)"),
    ShippedGraph("stackgan/stackgan_v2", "batch=2 gf_dim=2 df_dim=2 branches=2 r_num=1 \(text)"),
    stage1,
    ShippedGraph("stackgan/stage2", "batch=4 image_size=128 gf_dim=4 df_dim=2 r_num=1 \(text)"),
    ShippedGraph("stackgan/stage2-emoji", "batch=2 gf_dim=4 df_dim=4 refine_dim=4 \(text)"),
    ShippedGraph("stackgan/tensorflow/emoji", "batch=2 \(tensorflow)"),
    ShippedGraph("stackgan/tensorflow/stage1", "batch=2 image_size=32 \(tensorflow)"),
    ShippedGraph("stackgan/tensorflow/stage2", "batch=2 image_size=32 \(tensorflow)"),
    ShippedGraph("stargan2/afhq", stargan2),
    ShippedGraph("stargan2/emoji", stargan2),
    fashion,
    // Without the landmark network, whose pictures are of one size.
    ShippedGraph("stargan2/stargan2", "w_hpf=0 \(stargan2)"),
    ShippedGraph("text_to_image/emoji", textToImage),
    ShippedGraph("text_to_image/emoji_int", textToImage),
    ShippedGraph("text_to_image/gan_cls", textToImage),
    ShippedGraph("text_to_image/leaky", textToImage),
    ShippedGraph("text_to_image/style", textToImage),
    ShippedGraph("text_to_image/torch", textToImage),
    ShippedGraph("text_to_image/torch_int", textToImage),
  ]

  /// Most passes find something to do here.
  static let stage1 = ShippedGraph("stackgan/stage1", "batch=4 gf_dim=4 df_dim=4 \(text)")
  /// The other passes find something to do here, where gradients of gradients are.
  static let fashion = ShippedGraph("stargan2/fashion", stargan2)

  private static let text = "text_dim=16 cond_dim=8 z_dim=8"
  private static let tensorflow = "gf_dim=4 df_dim=4 ef_dim=8 z_dim=8 text_dim=16"
  private static let textToImage = "batch=4 gf_dim=4 df_dim=4 text_dim=16 t_dim=8 z_dim=8"
  private static let stargan2 =
    "batch=2 image_size=32 base_dim=4 max_conv_dim=16 hidden_dim=8 latent_dim=4 style_dim=4 mean_of=8"

  /// Compiles the graph and compares what it computes with the reference interpreter, value by value.
  ///
  /// - Parameters:
  ///   - options: for `planform compile`.
  ///   - programs: those to compare; all unless given.
  func verify(_ options: [String] = [], programs: [String] = []) throws {
    let folder = try ScratchFolder()
    let compiled = try Invocation(
      arguments: ["compile", path, "-o", "x.plan", "--quiet"] + options
        + settings.flatMap { ["--set", $0] }, in: folder)
    try #require(compiled.code == 0, "\(name) \(options): \(compiled.errors)")
    let verified = try Invocation(
      arguments: ["verify", "x.plan"] + programs.flatMap { ["--program", $0] }, in: folder)
    #expect(verified.code == 0, "\(name) \(options): \(verified.output)\(verified.errors)")
  }
}
