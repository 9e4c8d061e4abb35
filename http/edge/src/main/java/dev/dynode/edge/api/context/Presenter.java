package dev.dynode.edge.api.context;

import dev.dynode.domain.view.AppSummary;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Person;
import dev.dynode.edge.api.request.ApiSettings;

/** Tells apps, dynos, releases and slugs as the API tells them. */
public final class Presenter {
  private final Collaborators with;
  private final ApiSettings settings;

  public Presenter(Collaborators with, ApiSettings settings) {
    this.with = with;
    this.settings = settings;
  }

  public Collaborators with() {
    return with;
  }

  public ApiSettings settings() {
    return settings;
  }

  public String webUrl(AppSummary app) {
    return settings.webUrl().replace("{app}", app.name());
  }

  /** There is no git server: unless somebody set one up, the API's own address says so. */
  public String gitUrl(Call call) {
    return settings.gitUrl().isEmpty() ? call.publicUrl() + "/{app}.git" : settings.gitUrl();
  }

  public Person person(String email) {
    return Person.of(email, with.account().id().toString(), with.account().email());
  }

  public static Named name(AppSummary app) {
    return new Named(app.id().toString(), app.name());
  }
}
