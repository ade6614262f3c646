import Testing

@Suite struct CheckTests {
  @Test func `networks, layers and counts are printed`() throws {
    let run = try Invocation("check", "model.yaml", "--set", "width=50", in: .withModel())
    #expect(run.code == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("network g: 2,550 parameters"))
    #expect(run.output.contains("g.linear  linear    f32[4×50]       2,550"))
    #expect(run.output.contains("optimizer o (adam) updates g: 2,550"))
    #expect(run.output.contains("program train"))
  }

  @Test func `layers can be left out`() throws {
    let run = try Invocation("check", "model.yaml", "--no-layers", in: .withModel())
    #expect(run.code == 0)
    #expect(!run.output.contains("g.linear"))
  }

  @Test func `all independent errors come with their places and exit 65`() throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      planform: 1
      name: wrong
      networks:
        a:
          inputs: { x: [2, 4] }
          nodes: [{ linaer: { features: 3 } }]
        b:
          inputs: { x: [2, 4] }
          nodes: [{ relu: { slope: 3 } }]
      """, to: "wrong.yaml")
    let run = try Invocation("check", "wrong.yaml", in: folder)
    #expect(run.code == 65)
    #expect(run.output.isEmpty)
    let first = run.errors.contains("wrong.yaml:6:15: error: ") && run.errors.contains("'linear'")
    #expect(first)
    #expect(run.errors.contains("wrong.yaml:9:23: error: unknown attribute 'slope' of relu"))
  }

  @Test func `an unknown parameter is suggested`() throws {
    let run = try Invocation("check", "model.yaml", "--set", "bacth=2", in: .withModel())
    #expect(run.code == 65)
    #expect(
      run.errors.hasPrefix("planform: error: unknown parameter 'bacth' (did you mean 'batch'?)"))
  }

  @Test func `a missing file exits 66`() throws {
    let run = try Invocation("check", "none.yaml", in: ScratchFolder())
    #expect(run.code == 66)
    #expect(run.errors == "planform: error: cannot read 'none.yaml': no such file or directory\n")
  }

  @Test func `a folder is no YAML file`() throws {
    let run = try Invocation("check", "/", in: ScratchFolder())
    #expect(run.code == 65)
    #expect(run.errors.contains("cannot read '/': it is not a regular file"))
  }
}
