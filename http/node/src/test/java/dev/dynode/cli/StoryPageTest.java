package dev.dynode.cli;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.node.NodeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/** The page of a story, opened in a real browser, shows what the command tells. */
@Tag("cli")
class StoryPageTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void theSliderShowsEveryStateAndWhatChanged() throws Exception {
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      node.post("/apps", "{\"name\": \"demo\"}");
      JsonNode made =
          node.post("/apps/demo/dynos", "{\"command\": \"echo '</script><b>said'; exit 3\"}");
      String dyno = made.path("name").asText();
      eventually(
          "it has ended",
          () -> node.get("/apps/demo/dynos/" + dyno).path("state").asText().equals("complete"));
      Path page = folder.resolve("story.html");
      said(node, "replay", made.path("id").asText(), "--html", "-o", page.toString());
      ChromeDriver browser = Browser.start(folder.resolve("browser"));
      try {
        browser.get(page.toUri().toString());
        WebElement slider = browser.findElement(By.id("slider"));
        assertEquals(dyno, text(browser, "name"), "asked for by its id");
        assertEquals(dyno, browser.getTitle());
        assertEquals("", text(browser, "details"), "the specification is told once");
        assertTrue(text(browser, "changes").contains("spec.command"), text(browser, "changes"));
        int events = Integer.parseInt(slider.getDomAttribute("max"));
        assertEquals(6, events);
        for (int event = 1; event <= events; event++) {
          assertTrue(text(browser, "where").startsWith("Event " + event + " of 6: "));
          JsonNode then = node.get("/apps/demo/dynos/" + dyno + "/state?at=" + event);
          assertEquals(then.path("details"), shown(browser), "after event " + event);
          slider.sendKeys(Keys.ARROW_RIGHT);
        }
        new Actions(browser).sendKeys(Keys.HOME).sendKeys(Keys.ARROW_RIGHT).perform();
        assertTrue(text(browser, "where").startsWith("Event 2 of 6: Placed"));
        String told = said(node, "replay", dyno, "--until", "2", "--json");
        JsonNode command = Json.read(told.getBytes(StandardCharsets.UTF_8));
        assertEquals(command.at("/state/details"), shown(browser));
        String changes = text(browser, "changes");
        assertTrue(changes.contains("phase CREATED STARTING"), changes);
        assertTrue(changes.contains("host local"), changes);
        assertTrue(
            text(browser, "orders").contains("StartProcess host=local generation=1: started"));
        new Actions(browser)
            .moveToElement(slider, slider.getSize().getWidth() / 2 - 2, 0)
            .click()
            .perform();
        assertTrue(text(browser, "where").startsWith("Event 6 of 6: Retired"));
        String timeline = text(browser, "timeline");
        assertTrue(timeline.matches("(?s).*Started.*</script><b>said\n.*Exited.*"), timeline);
      } finally {
        browser.quit();
      }
      said(node, "replay", "--html", "-o", folder.resolve("app.html").toString());
      ChromeDriver again = Browser.start(folder.resolve("browser"));
      try {
        again.get(folder.resolve("app.html").toUri() + "#3");
        assertTrue(text(again, "where").matches("Event 3 of \\d+: DynoRequested"));
        assertTrue(text(again, "changes").contains("dynos." + dyno + " echo"));
      } finally {
        again.quit();
      }
    }
  }

  private static String text(ChromeDriver browser, String id) {
    return browser.findElement(By.id(id)).getText();
  }

  private static JsonNode shown(ChromeDriver browser) throws Exception {
    String state = browser.findElement(By.id("state")).getDomProperty("textContent");
    return Json.read(String.valueOf(state).getBytes(StandardCharsets.UTF_8));
  }

  private String said(NodeProcess node, String... words) throws Exception {
    var command = Programs.dynode(words);
    command.addAll(List.of("-a", "demo"));
    var result =
        Programs.run(
            command,
            Map.of("HEROKU_HOST", node.api().toString(), "HEROKU_API_KEY", node.token()),
            new byte[0]);
    assertEquals(0, result.exit(), result.err());
    return result.text();
  }
}
