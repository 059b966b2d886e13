using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>
/// A test that reads <c>NextRefresh</c> only in its await expression can miss the refresh that it waits for. The test then waits for the
/// following refresh, which may not be due for an hour.
/// </summary>
public sealed partial class RefreshWaitTests
{
    [Fact]
    public void No_test_reads_the_task_of_the_next_refresh_only_in_its_await_expression()
    {
        var late = from path in Repository.FilesIn(["tests"], ".cs")
                   where LateWait().IsMatch(Repository.Read(path))
                   select $"{path}: take the task before its cause, or use WaitUntilAsync";

        Violations.AssertNone(late);
    }

    [GeneratedRegex(@"\bawait\b[^;{}]*\bNextRefresh\b", RegexOptions.NonBacktracking)]
    private static partial Regex LateWait();
}
