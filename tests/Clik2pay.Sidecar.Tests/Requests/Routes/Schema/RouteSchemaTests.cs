using System.Net;
using System.Text.Json.Nodes;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Requests.Routes.Validation;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Schema;

public sealed class RouteSchemaTests
{
    /// <summary>Settings that do not exist, or that have an invalid structure or value.</summary>
    private static readonly (string Key, string Value)[] InvalidSettings =
    [
        ("Route:api:ClusterId", "clik2pay"),
        ("Routes:api:Macth:Path", "/open/v1/{**rest}"),
        ("Routes:api:Match", "/open/v1/{**rest}"),
        ("Routes:api:Match:Method:0", "GET"),
        ("Routes:api:Match:Methods", "GET"),
        ("Routes:api:Match:Hosts", "localhost"),
        ("Routes:api:Match:Hosts:0", "localhost:http"),
        ("Routes:api:Match:Headers:0:Value", "a"),
        ("Routes:api:Match:Path:Prefix", "/open"),
        ("Routes:api:Order:Value", "1"),
        ("Routes:api:Order", "2147483647"),
        ("Routes:api:MaxRequestBodySize", "30000001"),
        ("Routes:api:Transforms", "RequestHeadersCopy"),
        ("Routes:api:Metadata:a:b", "c"),
        ("Clusters:clik2pay:HttpRequest:ActivityTimout", "00:00:10"),
        ("Clusters:clik2pay:HttpRequest:ActivityTimeout", "60"),
        ("Clusters:clik2pay:HttpRequest:ActivityTimeout", "25.00:00:00"),
        ("Clusters:clik2pay:HttpRequest:Version", "1.0"),
        ("Clusters:clik2pay:HttpRequest", "00:00:10"),
    ];

    public static TheoryData<string, string> Refused =>
    [
        .. SettingDecisions.All.Where(decision => decision.RefusedValue is not null)
            .Select(decision => new TheoryDataRow<string, string>(decision.Setting(), decision.RefusedValue!)),
        .. InvalidSettings.Select(row => new TheoryDataRow<string, string>($"ReverseProxy:{row.Key}", row.Value)),
    ];

    public static TheoryData<string, string> Accepted =>
    [
        .. SettingDecisions.All.Where(decision => decision.AcceptedValue is not null)
            .Select(decision => new TheoryDataRow<string, string>(decision.Setting(), decision.AcceptedValue!)),
    ];

    [Fact]
    public void Every_setting_of_YARP_works_or_is_refused()
    {
        var settings = YarpSchema.FromTypes().Union(YarpSchema.FromJson()).ToList();

        Assert.InRange(settings.Count, 60, 200);
        Assert.DoesNotContain(settings, setting => !SettingDecisions.All.Any(decision => decision.Covers(setting)));
    }

    [Fact]
    public void Every_decision_is_about_a_setting_of_YARP_and_is_tested()
    {
        var settings = YarpSchema.FromTypes().Union(YarpSchema.FromJson()).ToList();

        Assert.All(SettingDecisions.All, decision =>
        {
            Assert.Contains(settings, decision.Covers);
            Assert.NotNull(decision.Test ?? decision.AcceptedValue ?? decision.RefusedValue);
        });
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_setting_that_does_not_work_is_refused_by_name_at_startup(string key, string value)
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync([(key, value)]));

        var line = Assert.Single(refusal.Errors);
        AssertNames(key, line);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_value_that_equals_the_fixed_behavior_is_accepted(string key, string value)
    {
        await using var sidecar = await TestSidecar.StartAsync([(key, value)]);

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync(
        [
            ("ReverseProxy:Routes:api:Timeout", "00:00:10"),
            ("ReverseProxy:Routes:api:Oder", "1"),
            ("ReverseProxy:Clusters:clik2pay:LoadBalancingPolicy", "Random"),
        ]));

        Assert.Equal(3, refusal.Errors.Count);
    }

    [Fact]
    public async Task A_setting_that_does_not_work_is_refused_by_name_in_an_edit_and_the_previous_routes_stay_in_use()
    {
        using var folder = new TemporaryFolder();
        using var routes = new RoutesFile(folder.Write("proxy.json", Json("{}", "/open/v1/a")), SystemDefaults.Time);
        await using var sidecar = await TestSidecar.StartAsync(routes);

        foreach (var ((key, value), number) in Refused.Select((row, number) => (row.Data, number)))
        {
            // The numbered names of the route and the cluster distinguish the lines of the log.
            string Number(string text) => text.Replace("api", $"api{number}", StringComparison.Ordinal)
                .Replace("clik2pay", $"clik2pay{number}", StringComparison.Ordinal);
            var setting = Number(key);
            folder.Write("proxy.json", Number(Json(Nest(key.Split(':').AsSpan(1), value), "/open/v1/b")));

            var names = setting.StartsWith("ReverseProxy:Route:", StringComparison.Ordinal) ? 2 : 3;
            var start = string.Concat(setting.Split(':')[..names].Select(name => $"{name}:"));
            AssertNames(setting, await sidecar.Log.WaitForAsync("previous routes stay in use", containing: start));
            Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        }

        folder.Write("proxy.json", Json("{}", "/open/v1/b"));
        await sidecar.Log.WaitForAsync("Routes in use: 1.", times: 2);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/b")).StatusCode);
    }

    [Fact]
    public async Task An_environment_variable_with_the_name_of_the_section_is_ignored()
    {
        await using var sidecar = await TestSidecar.StartAsync([("ReverseProxy", "nginx")]);

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
    }

    /// <summary>Asserts that the line names the setting, or a group above the setting that is refused as a whole.</summary>
    private static void AssertNames(string key, string line) =>
        Assert.Contains(Prefixes(key), prefix => line.Contains($"{prefix}: ", StringComparison.Ordinal));

    private static IEnumerable<string> Prefixes(string key)
    {
        var parts = key.Split(':');
        return Enumerable.Range(2, parts.Length - 1).Select(count => string.Join(':', parts[..count]));
    }

    private static string Nest(ReadOnlySpan<string> names, string value) =>
        names.IsEmpty ? $"\"{value}\"" : $"{{\"{names[0]}\":{Nest(names[1..], value)}}}";

    /// <summary>A complete proxy.json with one more setting.</summary>
    private static string Json(string setting, string path)
    {
        const string minimal = """{"Routes":{"api":{"ClusterId":"clik2pay","Match":{"Path":"PATH"}}},"Clusters":{"clik2pay":{}}}""";
        var routes = JsonNode.Parse(minimal.Replace("PATH", path, StringComparison.Ordinal))!.AsObject();
        Merge(routes, JsonNode.Parse(setting)!.AsObject());
        return $"{{\"ReverseProxy\":{routes.ToJsonString()}}}";

        static void Merge(JsonObject target, JsonObject source)
        {
            foreach (var (name, value) in source)
            {
                if (target[name] is JsonObject existing && value is JsonObject more)
                    Merge(existing, more);
                else
                    target[name] = value!.DeepClone();
            }
        }
    }
}
