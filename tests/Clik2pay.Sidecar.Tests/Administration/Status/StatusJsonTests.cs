using System.Text;
using System.Text.Json;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration.Status;

public sealed class StatusJsonTests
{
    [Fact]
    public void Members_have_fixed_names_order_and_formats()
    {
        var profile = ExampleStatus.Profile("default") with
        {
            Refreshes = [ExampleStatus.Run(RefreshTrigger.ClockChange, RefreshOutcome.Unavailable, "a & b", 3, failuresBefore: 2)],
            LastSuccess = ExampleStatus.Now.AddHours(-1),
            WhyRotationPending = "why",
            LastLease = new(ExampleStatus.Now, LeaseOutcome.HeldOff),
        };
        var status = ExampleStatus.Ready with
        {
            Uptime = TimeSpan.FromSeconds(1.23456),
            Profiles = [profile],
            Store = new("Redis", IsUp: false, "timeout"),
            Responses = [new("upstream_2xx", 2), new("no_route", 0)],
        };

        Assert.Equal(
            $$"""
            {
              "product": "clik2pay-sidecar",
              "version": "{{BuildInfo.Version}}",
              "at": "2026-01-02T03:04:05+00:00",
              "uptimeSeconds": 1.235,
              "environment": "Sandbox",
              "apiBaseUrl": "https://api.example/",
              "tokenEndpoint": "https://auth.example/token",
              "ready": true,
              "reason": "There is a valid access token.",
              "token": {
                "lifetimeSeconds": 3600,
                "ageSeconds": 1800,
                "remainingSeconds": 1800,
                "expiresAt": "2026-01-02T03:34:05+00:00"
              },
              "nextRefreshSeconds": 900,
              "lastSuccessAt": "2026-01-02T02:04:05+00:00",
              "refreshes": [
                {
                  "endedAt": "2026-01-02T03:03:53+00:00",
                  "trigger": "clock_change",
                  "outcome": "unavailable",
                  "durationSeconds": 1.5,
                  "reason": "a \u0026 b",
                  "attempts": 3,
                  "firstEndedAt": "2026-01-02T03:01:53+00:00",
                  "failuresBefore": 2
                }
              ],
              "rotationPending": "why",
              "store": {
                "name": "Redis",
                "up": false,
                "trouble": "timeout"
              },
              "lease": {
                "at": "2026-01-02T03:04:05+00:00",
                "outcome": "held_off"
              },
              "answers": {
                "upstream_2xx": 2,
                "no_route": 0
              },
              "profiles": [
                {
                  "name": "default",
                  "environment": "Sandbox",
                  "apiBaseUrl": "https://api.example/",
                  "tokenEndpoint": "https://auth.example/token",
                  "ready": true,
                  "reason": "There is a valid access token.",
                  "token": {
                    "lifetimeSeconds": 3600,
                    "ageSeconds": 1800,
                    "remainingSeconds": 1800,
                    "expiresAt": "2026-01-02T03:34:05+00:00"
                  },
                  "nextRefreshSeconds": 900,
                  "lastSuccessAt": "2026-01-02T02:04:05+00:00",
                  "refreshes": [
                    {
                      "endedAt": "2026-01-02T03:03:53+00:00",
                      "trigger": "clock_change",
                      "outcome": "unavailable",
                      "durationSeconds": 1.5,
                      "reason": "a \u0026 b",
                      "attempts": 3,
                      "firstEndedAt": "2026-01-02T03:01:53+00:00",
                      "failuresBefore": 2
                    }
                  ],
                  "rotationPending": "why",
                  "lease": {
                    "at": "2026-01-02T03:04:05+00:00",
                    "outcome": "held_off"
                  }
                }
              ]
            }
            """,
            Encoding.UTF8.GetString(StatusJson.Write(status)));
    }

    [Fact]
    public void With_several_profiles_the_members_outside_of_the_list_describe_the_first_one_and_the_sidecar()
    {
        var other = ExampleStatus.Profile("shop") with
        {
            Readiness = new(IsHealthy: false, "why"),
            Token = null,
            NextRefresh = TimeSpan.Zero,
        };
        var status = ExampleStatus.Ready with
        {
            Readiness = new(IsHealthy: false, "of the sidecar"),
            Profiles = [ExampleStatus.Profile("default"), other],
        };

        using var json = JsonDocument.Parse(StatusJson.Write(status));

        var root = json.RootElement;
        Assert.Equal(900, root.GetProperty("nextRefreshSeconds").GetDouble());
        Assert.Equal((false, "of the sidecar"), (root.GetProperty("ready").GetBoolean(), root.GetProperty("reason").GetString()));
        Assert.Equal(
            [("default", true, "There is a valid access token.", 900.0), ("shop", false, "why", 0.0)],
            root.GetProperty("profiles").EnumerateArray().Select(profile => (
                profile.GetProperty("name").GetString(),
                profile.GetProperty("ready").GetBoolean(),
                profile.GetProperty("reason").GetString(),
                profile.GetProperty("nextRefreshSeconds").GetDouble())));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("profiles")[1].GetProperty("token").ValueKind);
    }

    [Fact]
    public void Missing_values_are_null()
    {
        var text = Encoding.UTF8.GetString(StatusJson.Write(ExampleStatus.With(profile => profile with { Token = null })));

        string[] members = ["token", "lastSuccessAt", "rotationPending", "up", "trouble", "lease"];
        Assert.All(members, member => Assert.Contains($"\"{member}\": null", text, StringComparison.Ordinal));
        Assert.Contains("\"refreshes\": []", text, StringComparison.Ordinal);
        Assert.Contains("\"answers\": {}", text, StringComparison.Ordinal);
    }
}
