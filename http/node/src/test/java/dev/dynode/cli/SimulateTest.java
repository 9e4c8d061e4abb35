package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.node.NodeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;

/** {@code dynode simulate}, from the scenario to the report in a browser. */
@Tag("cli")
class SimulateTest {
  private static final String SCENARIO =
      """
      name = "A small team"
      length = 2 days
      limits.standard = 3
      hosts { number = 2, dynos = 5 }
      apps = [
        { name = shop, loads = [{ profile = console, arrivals { per-hour = 12 } }] }
        { name = jobs, loads = [{ profile = batch, longest = 2 h, arrivals { per-hour = 3 } }] }
      ]
      """;

  @TempDir private Path folder = Path.of("");
  private Path scenario = Path.of("");

  @BeforeEach
  void write() throws Exception {
    scenario = Files.writeString(folder.resolve("team.conf"), SCENARIO);
  }

  private static Programs.Result dynode(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("simulate"));
    command.addAll(List.of(words));
    return Programs.run(Programs.dynode(command.toArray(String[]::new)), Map.of(), new byte[0]);
  }

  private static String said(String... words) throws Exception {
    Programs.Result result = dynode(words);
    assertEquals(0, result.exit(), result.err());
    return result.text();
  }

  @Test
  void aReportShowsTheRunAndTellsTheStoryOfItsDynos() throws Exception {
    Path out = folder.resolve("report");
    String told = said(scenario.toString(), "--seed", "7", "--out", out.toString());
    assertTrue(told.contains("48.0 h simulated"), told);
    JsonNode figures = Json.read(Files.readAllBytes(out.resolve("result.json")));
    assertEquals(7, figures.path("seed").asInt());
    assertTrue(figures.path("total").path("over_limit").asInt() > 0, told);
    String again = said(scenario.toString(), "--seed", "7", "--json", "--out", out + "-2");
    assertEquals(
        figures.path("hash").asText(),
        Json.read(again.getBytes(StandardCharsets.UTF_8)).path("hash").asText());

    ChromeDriver browser = Browser.start(folder.resolve("browser"));
    try {
      browser.get(out.resolve("report.html").toUri().toString());
      assertEquals("A small team", browser.findElement(By.id("name")).getText());
      String all = browser.findElement(By.xpath("//table[@id='figures']//tr[last()]")).getText();
      assertTrue(
          all.contains(String.format("%,d", figures.path("total").path("requests").asInt())), all);
      assertEquals(7, browser.findElements(By.cssSelector(".uplot canvas")).size());
      fitsANarrowScreen(browser, out.resolve("report.html"));
    } finally {
      browser.quit();
    }

    for (String csv : List.of("dynos.csv", "series.csv", "times.csv")) {
      String text = Files.readString(out.resolve(csv));
      assertFalse(text.contains("\r"), csv);
      assertFalse(text.matches("(?s).*(\\.\\d{7}|E-|NaN).*"), csv);
    }
    List<String> dynos = Files.readAllLines(out.resolve("dynos.csv"));
    String hungUp =
        dynos.stream().filter(line -> line.endsWith(",hung_up")).findFirst().orElseThrow();
    String story = said("explain", out.toString(), hungUp.split(",", -1)[2]);
    assertTrue(story.contains("HangupSent"), story);
    assertTrue(story.contains("SIGHUP"), story);

    Files.writeString(scenario, SCENARIO.replace("per-hour = 12", "per-hour = 120"));
    assertEquals(story, said("explain", out.toString(), hungUp.split(",", -1)[2]));
    Files.writeString(
        out.resolve("scenario.conf"), SCENARIO.replace("per-hour = 12", "per-hour = 120"));
    Programs.Result changed = dynode("explain", out.toString(), hungUp.split(",", -1)[2]);
    assertEquals(1, changed.exit());
    assertTrue(changed.err().contains(" cannot be explained: what it was made of"), changed.err());
  }

  /** As on a telephone: nothing is cut off, and labels of logarithmic axes have room. */
  private static void fitsANarrowScreen(ChromeDriver browser, Path page) {
    var telephone =
        Map.<String, Object>of("width", 375, "height", 800, "deviceScaleFactor", 1, "mobile", true);
    browser.executeCdpCommand("Emulation.setDeviceMetricsOverride", telephone);
    browser.get(page.toUri().toString());
    assertEquals(
        true,
        browser.executeScript(
            "return document.documentElement.scrollWidth <= 375 &&"
                + " [...document.querySelectorAll('.uplot')].every(c =>"
                + " c.getBoundingClientRect().right <= 375)"));
    for (int width : new int[] {250, 500, 1_000}) {
      for (double most : new double[] {0.02, 3, 90_000}) {
        var labels =
            (List<?>)
                browser.executeScript(
                    "return decades({ scales: { x: { min: 0.001, max: arguments[0] } } }, 'x',"
                        + " arguments[1])",
                    most,
                    width);
        assertTrue(labels.size() >= 2 && labels.size() * 60 <= width, labels + " in " + width);
      }
    }
  }

  @Test
  void scenariosAreComparedAndSwept() throws Exception {
    Path more = Files.writeString(folder.resolve("more.conf"), SCENARIO + "limits.standard = 30");
    String table = said("compare", scenario.toString(), more.toString());
    assertTrue(table.lines().anyMatch(line -> line.startsWith("share refused")), table);
    String sweep = said("sweep", scenario.toString(), "--vary", "limits.standard=1..9/4");
    List<String> rows = sweep.lines().toList();
    assertEquals(4, rows.size(), sweep);
    assertTrue(percent(rows.get(1)) > percent(rows.get(2)), sweep);
    assertTrue(percent(rows.get(2)) > percent(rows.get(3)), sweep);
    assertEquals(
        sweep,
        said("sweep", scenario.toString(), "--vary", "limits.standard=1..9/4", "--threads", "1"));
    String out = folder.resolve("what-if").toString();
    String told = said(scenario.toString(), "--what-if", "limits.standard=30", "--out", out);
    assertTrue(told.contains("as it is"), told);
    String twice = "apps.shop.loads.0.arrivals.per-hour=24";
    assertTrue(said(scenario.toString(), "--what-if", twice, "--out", out).contains(twice));
    Programs.Result many = dynode("sweep", scenario.toString(), "--vary", "limits.standard=1..30");
    assertEquals(
        "--vary: 10 of the 30 values are tried, one in 3; write 1..30/1 for each.\n", many.err());
  }

  private static double percent(String row) {
    return Double.parseDouble(row.strip().split(" +", -1)[1]);
  }

  @Test
  void aMistakeIsNamedWithItsPlaceAndRemedy() throws Exception {
    assertTrue(said("validate", scenario.toString()).contains("2 for 5 dynos each"));
    Files.writeString(scenario, SCENARIO.replace("profile = batch", "profile = bach"));
    Programs.Result result = dynode("validate", scenario.toString());
    assertEquals(1, result.exit());
    assertTrue(
        result.err().contains("apps[1].loads[0].profile: there is no profile \"bach\""),
        result.err());
    assertTrue(result.err().contains("batch, ci, console, cron, migration"), result.err());
    assertTrue(result.err().contains("team.conf: 7"), result.err());
    Programs.Result none = dynode("/nonexistent.conf");
    assertEquals("Error: There is no scenario /nonexistent.conf.\n", none.err());
    none = dynode("--from-journal", "--data", "/nonexistent");
    assertEquals(
        "Error: there is no journal in /nonexistent; name a data folder with --data, or give --file"
            + " an export.\n",
        none.err());
    Files.writeString(folder.resolve("short.swf"), "1 2 3 4 5 6\n");
    Files.writeString(scenario, "name = t, apps = [{ name = a, traces = [{ file = short.swf }] }]");
    Programs.Result wrong = dynode("validate", scenario.toString());
    assertEquals(1, wrong.exit());
    assertTrue(wrong.err().contains("short.swf, line 1: it has 6 fields; "), wrong.err());
  }

  @Test
  void faultsAreTriedFromASeed() throws Exception {
    assertTrue(said("--faults", "--seeds", "200").contains("200 seeds from 1 on"));
    JsonNode json =
        Json.read(said("--faults", "--seeds", "20", "--json").getBytes(StandardCharsets.UTF_8));
    assertEquals(20, json.path("seeds").asInt());
    assertTrue(json.path("failure").isNull(), json.toString());
  }

  @Test
  void aRecordedWeekIsRepeatedAndChanged() throws Exception {
    Path data = folder.resolve("data");
    try (NodeProcess node = NodeProcess.start(data, "dynode.apps.one-off-limits.standard = 2")) {
      node.post("/apps", "{\"name\": \"demo\"}");
      for (int i = 0; i < 4; i++) {
        node.call("POST", "/apps/demo/dynos", "{\"command\": \"sleep 3; exit 4\"}");
      }
      NodeProcess.eventually("all have ended", () -> node.get("/apps/demo/dynos").isEmpty());
    }
    String out = folder.resolve("recorded").toString();
    String told = said("--from-journal", "--data", data.toString(), "--out", out);
    JsonNode total = Json.read(Files.readAllBytes(Path.of(out, "result.json"))).path("total");
    assertEquals(4, total.path("requests").asInt(), told);
    assertEquals(2, total.path("over_limit").asInt(), told);
    assertEquals(2, total.path("dynos").path("peak").asInt(), told);
    assertEquals(3, total.path("life").path("p50").asDouble(), .5, told);
    String id = Files.readAllLines(Path.of(out, "dynos.csv")).get(1).split(",", -1)[2];
    assertTrue(said("explain", out, id).contains("It ended by itself"), id);
    String changed =
        said(
            "--from-journal",
            "--data",
            data.toString(),
            "--what-if",
            "limits.standard=3",
            "--out",
            out);
    assertTrue(
        changed.lines().anyMatch(line -> line.matches("refused, over a limit +2 +1 +-1")), changed);
  }
}
