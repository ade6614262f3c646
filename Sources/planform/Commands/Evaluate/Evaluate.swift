import ArgumentParser

/// `planform evaluate`: numbers that say how good pictures are, one measure a file.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how good pictures are: real, varied, and what was asked for.",
    discussion: """
      Most measures look at pictures through a network that 'planform train' has trained to tell classes apart, such as
      graphs/classifier/classifier.yaml: any plan with a program 'features' that takes a picture and gives 'features'
      [batch, numbers] and 'logits' [batch, classes], and perhaps feature maps named 'map_...'.
      """,
    subcommands: [
      EvaluateInceptionScore.self, EvaluateFrechet.self, EvaluateKernel.self,
      EvaluateDiversity.self, EvaluateDomains.self, EvaluatePairs.self, EvaluateStyle.self,
      EvaluateAccuracy.self, EvaluateRetrieval.self,
    ])
}
