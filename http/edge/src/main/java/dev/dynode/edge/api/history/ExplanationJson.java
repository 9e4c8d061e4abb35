package dev.dynode.edge.api.history;

import dev.dynode.edge.api.json.Named;
import java.util.List;

/** Why everything happened to a dyno or an app as it did, in sentences. */
public record ExplanationJson(Named of, List<String> sentences) {}
