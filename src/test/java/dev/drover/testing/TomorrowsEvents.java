package dev.drover.testing;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Events as a newer version of Drover may write them: made of one of each type of this version.
public final class TomorrowsEvents {
  private static final List<String> PLAIN =
      List.of(
          "user.message|{'content':[{'type':'text','text':'hello'}]}",
          "user.interrupt|{}",
          "user.tool_confirmation|{'tool_use_id':'sevt_u','result':'deny','deny_message':'no'}",
          "user.custom_tool_result|{'custom_tool_use_id':'sevt_c','content':[{'type':'text','text':'a'}],'is_error':false}",
          "system.message|{'content':[{'type':'text','text':'be brief'}]}",
          "agent.message|{'content':[{'type':'text','text':'hi'}]}",
          "agent.thinking|{}",
          "agent.tool_use|{'name':'bash','input':{'command':'ls'},'evaluated_permission':'allow','evaluation':{'type':'always_allow'}}",
          "agent.custom_tool_use|{'name':'lookup','input':{'word':'x'}}",
          "agent.tool_result|{'tool_use_id':'sevt_u','is_error':false,'content':[{'type':'text','text':'a'}]}",
          "agent.mcp_tool_use|{'mcp_server_name':'wiki','name':'look','input':{'of':'x'},'evaluated_permission':'ask','evaluation':{'type':'always_ask'}}",
          "agent.mcp_tool_result|{'mcp_tool_use_id':'sevt_u','is_error':false,'content':[{'type':'text','text':'a'}]}",
          "session.status_running|{}",
          "session.status_idle|{'stop_reason':{'type':'requires_action','event_ids':['sevt_u']},'stop_details':null}",
          "session.status_rescheduled|{}",
          "session.status_terminated|{}",
          "session.error|{'error':{'type':'unknown_error','message':'m','retry_status':{'type':'retrying'}}}",
          "session.usage|{'usage':{'input_tokens':1,'output_tokens':2,'cache_read_input_tokens':0,'cache_creation':{'ephemeral_5m_input_tokens':0},'active_seconds':0.5,'list_cost':{'amount':'3','currency':'USD'}},'budget':{'type':'limit','max_list_cost':{'amount':'9','currency':'USD'}}}",
          "session.updated|{'title':'t','budget':{'type':'limit','max_list_cost':{'amount':'9','currency':'USD'}},'agent':{'id':'agent_1','tools':[]}}",
          "agent.thread_context_compacted|{}",
          "session.deleted|{}",
          "session.thread_status_running|{'session_thread_id':'sthr_1','agent_name':'Coder'}",
          "session.thread_status_idle|{'session_thread_id':'sthr_1','agent_name':'Coder','stop_reason':{'type':'end_turn'},'stop_details':null}",
          "session.thread_status_rescheduled|{'session_thread_id':'sthr_1','agent_name':'Coder'}",
          "session.thread_status_terminated|{'session_thread_id':'sthr_1','agent_name':'Coder'}",
          "span.model_request_start|{}",
          "span.model_request_end|{'model_request_start_id':'sevt_s','is_error':false,'model_usage':{'input_tokens':1,'output_tokens':2,'cache_read_input_tokens':0,'cache_creation_input_tokens':0}}",
          "drover.tool_dispatched|{'tool_use_id':'sevt_u','attempt':1,'hand_id':'hand_1'}",
          "drover.tool_ambiguous|{'tool_use_id':'sevt_u','tool':'bash','outcome':'retried'}",
          "drover.workspace_home|{'home':'home_1','note':'n'}",
          "drover.repository_cloned|{'resource_id':'sesrsc_1','skills':[{'name':'s','description':'d','path':'/workspace/r/.claude/skills/s/SKILL.md'}]}",
          "drover.context|{'format':2,'chapter':1,'kind':'summary','cause':'overflow','from':3,'opening':[{'role':'user','content':[{'type':'text','text':'a'}]}],'result_characters':900,'before':9,'after':5,'window':4096,'factor_percent':108,'round_characters':3000,'summary':'s','summary_through':3,'inherited':{'in_a_row':1,'standing':[1,2],'left_out':[{'event_id':'sevt_1','index':0}]},'profile':{'name':'claude','version':1,'hash':'ab','settings':{'strategy':'rolling'}}}",
          "drover.compaction_failed|{'rung':1,'reason':'empty','next':2,'tokens':9}",
          "drover.hand_over_asked|{'note':'n'}",
          "drover.compaction_requested|{'instructions':'i'}",
          "drover.forked|{'session_id':'sesn_1','position':3,'budget':{'type':'limit','max_list_cost':{'amount':'9','currency':'USD'}},'note':'n'}",
          "drover.imported|{'session_id':'sesn_1','position':3,'note':'n'}",
          "drover.tools_listed|{'mcp_server':{'type':'url','name':'wiki','url':'https://wiki.example/mcp'},'tools':[{'name':'look','description':'Looks.','input_schema':{'type':'object'},'repeatable':true}]}");

  private TomorrowsEvents() {}

  /// One of each type, with everything in it.
  public static List<Json.Obj> plain() {
    return PLAIN.stream()
        .map(
            line -> {
              var parts = line.split("\\|", 2);
              var fields = new LinkedHashMap<String, Json>();
              fields.put("type", Json.of(parts[0]));
              fields.put("id", Json.of("sevt_1"));
              fields.put("processed_at", Json.NULL);
              fields.putAll(((Json.Obj) Json.trusted(parts[1].replace('\'', '"'))).fields());
              return new Json.Obj(fields);
            })
        .toList();
  }

  /// Every change of one place of an event, at every depth: a field more, a field less, and another
  /// value of every shape; and events of types of tomorrow.
  public static Stream<Json.Obj> variants() {
    var all = new ArrayList<Json.Obj>();
    for (var event : plain()) {
      all.add(event);
      for (var variant : objects(event)) {
        boolean isNamed = variant.text("id") != null;
        if (isNamed && variant.get("type").equals(event.get("type"))) {
          all.add(variant);
        }
      }
      all.add(event.with("type", event.text("type") + "_20270101"));
    }
    return all.stream();
  }

  /// The variants of each type, under its name.
  public static Stream<Map.Entry<String, List<Json.Obj>>> byType() {
    return variants()
        .collect(
            Collectors.groupingBy(
                event -> String.valueOf(event.text("type")).replace("_20270101", ""),
                LinkedHashMap::new,
                Collectors.toList()))
        .entrySet()
        .stream();
  }

  private static List<Json.Obj> objects(Json.Obj object) {
    var variants = new ArrayList<Json.Obj>();
    variants.add(object.with("field_of_tomorrow", Json.obj("a", List.of(1))));
    for (var key : object.fields().keySet()) {
      for (var value : values(object.fields().get(key))) {
        variants.add(object.with(key, value));
      }
      var without = new LinkedHashMap<>(object.fields());
      without.remove(key);
      variants.add(new Json.Obj(without));
    }
    return variants;
  }

  private static List<Json> values(Json value) {
    var values = new ArrayList<>(List.of(Json.of("of_tomorrow"), Json.of(7), Json.of(true)));
    values.addAll(List.of(Json.NULL, Json.EMPTY, Json.arr(), Json.arr(7, Json.EMPTY, "x")));
    if (value instanceof Json.Obj object) {
      values.addAll(objects(object));
    } else if (value instanceof Json.Arr array) {
      for (var item : array.items()) {
        values(item).forEach(other -> values.add(Json.arr(other)));
      }
      values.add(Json.arr(Json.obj("type", "block_of_tomorrow")));
    }
    return values;
  }
}
