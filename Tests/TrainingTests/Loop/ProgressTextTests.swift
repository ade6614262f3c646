import Testing
import Training

@Suite struct ProgressTextTests {
  private let reading = ProgressReading(
    iteration: 1200, total: 4500, values: [("d_loss", 1.2344), ("g_loss", 23.5)],
    imagesPerSecond: 312.04, secondsLeft: 151.2)

  @Test func `a plain line holds steps, values, pace and time left`() {
    #expect(
      ProgressText.line(reading)
        == "step 1200/4500  d_loss 1.234  g_loss 23.500  312.0 images/s  2:31 left")
  }

  @Test func `a bar fills in proportion and fits its width`() {
    let bar = ProgressText.bar(reading, width: 100, colours: false)
    #expect(bar.hasPrefix("1200/4500  ━━━━━━━"))
    let (filled, open) = (bar.count { $0 == "━" }, bar.count { $0 == "─" })
    #expect(abs(Double(filled) / Double(filled + open) - 1200.0 / 4500) < 0.05)
    for width in [10, 40, 79, 80, 200] {
      #expect(ProgressText.bar(reading, width: width, colours: false).count < width)
    }
  }

  @Test func `colours come as escape sequences only when wanted`() {
    #expect(ProgressText.bar(reading, width: 100, colours: true).contains("\u{1B}[32m"))
    #expect(!ProgressText.bar(reading, width: 100, colours: false).contains("\u{1B}"))
  }

  @Test(arguments: [
    (0.0, "0.000"), (0.00012, "1.20e-04"), (3.14159, "3.142"), (-250.04, "-250.0"),
    (12345, "12345"), (1e9, "1.00e+09"), (.nan, "nan"),
  ])
  func `numbers are short`(value: Double, text: String) {
    #expect(ProgressText.number(value) == text)
  }

  @Test func `durations read like a clock`() {
    #expect(ProgressText.duration(42.4) == "0:42")
    #expect(ProgressText.duration(725) == "12:05")
    #expect(ProgressText.duration(11_229) == "3:07:09")
    #expect(ProgressText.duration(.infinity) == "?")
  }

  @Test func `a reporter that is silent writes nothing, and one that is not ends the bar's line`() {
    var text = ""
    let silent = ProgressReporter(style: .silent) { text += $0 }
    silent.show(reading)
    silent.say("hello")
    #expect(text.isEmpty)
    let bar = ProgressReporter(style: .bar(colours: false)) { text += $0 }
    bar.show(reading)
    bar.show(reading)
    bar.say("hello")
    #expect(text.hasSuffix("\r\u{1B}[Khello\n"))
    #expect(text.split(separator: "1200/4500").count == 2)
  }
}
