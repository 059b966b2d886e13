using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tests.Requests.Connections;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Problems;

/// <summary>docs/reference/errors.md matches the error codes and the problem responses.</summary>
public sealed partial class ErrorReferenceTests
{
    private const int Unauthorized = 401;
    private const int RequestTimeout = 408;

    private static readonly ReferencePage Page = new("errors.md");

    public static TheoryData<string> Codes => [.. Enum.GetValues<ErrorCode>().Select(code => code.ToSnakeCase())];

    [Fact]
    public void The_table_of_codes_has_each_code_and_nothing_else() => Assert.Equal(
        Enum.GetValues<ErrorCode>().Select(code => code.ToSnakeCase()),
        Page.CellsOf("Codes").Select(cells => Code().Match(cells[0]).Groups["code"].Value).Distinct(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_rows_of_a_code_have_its_statuses_and_the_heading_in_the_troubleshooting_guide(string name)
    {
        var code = Enum.GetValues<ErrorCode>().Single(code => code.ToSnakeCase() == name);
        var rows = Page.CellsOf("Codes").Where(cells => cells[0].StartsWith($"[`{name}`]", StringComparison.Ordinal)).ToList();

        Assert.All(rows, cells =>
        {
            Assert.Equal(StatusesOf(code), cells[1].Split(", ").Select(status => int.Parse(status, CultureInfo.InvariantCulture)));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"(../troubleshooting.md#{Problem.StatusOf(code)}-{name}"),
                cells[0],
                StringComparison.Ordinal);
        });

        // If a code has a row for each value of sent, no value has two rows.
        var sent = rows.SelectMany(cells => cells[2].Split(", ")).ToList();
        Assert.Equal(sent.Count, sent.Distinct(StringComparer.Ordinal).Count());
        Assert.Subset(Enum.GetValues<Sent>().Select(value => $"`{value.ToSnakeCase()}`").ToHashSet(), sent.ToHashSet());
    }

    [Fact]
    public void The_table_of_bad_requests_has_each_status() => Page.AssertRows(
        "bad_request by status",
        1,
        StatusesOf(ErrorCode.BadRequest).Select(status => status.ToString(CultureInfo.InvariantCulture)));

    [Fact]
    public void The_table_of_members_and_the_example_have_each_member_of_a_problem_response()
    {
        var members = JsonNode.Parse(ProblemJson.Write(Problem.Stopping, Sent.No))!.AsObject().Select(member => member.Key).ToList();
        var example = Page.SectionOf("Error responses").SkipWhile(line => !line.StartsWith('{')).TakeWhile(line => line != "```");

        Page.AssertRows("Error responses", 1, members.Select(member => $"`{member}`"), "Member");
        Assert.Equal(members, JsonNode.Parse(string.Join(' ', example))!.AsObject().Select(member => member.Key));
    }

    /// <summary>
    /// The table of refusals lacks requests that are too slow, and requests for a placeholder token. SlowRequestTests and
    /// PlaceholderTokenEndpointTests have them.
    /// </summary>
    private static IEnumerable<int> StatusesOf(ErrorCode code) =>
        RefusalTableTests.Refused.Where(row => row.Data.Item3 == code.ToSnakeCase()).Select(row => row.Data.Item2)
            .Append(Problem.StatusOf(code))
            .Concat(code == ErrorCode.BadRequest ? [RequestTimeout] : code == ErrorCode.CallerRefused ? [Unauthorized] : [])
            .Distinct().Order();

    [GeneratedRegex("^\\[`(?<code>[a-z_]+)`\\]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
