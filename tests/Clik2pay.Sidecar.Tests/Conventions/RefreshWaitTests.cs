using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>
/// A test that takes the task of the next refresh only when it awaits it can miss the refresh that it waits for. Then it waits for the
/// refresh after it, which may be due in an hour.
/// </summary>
public sealed class RefreshWaitTests
{
    [Fact]
    public void No_test_takes_the_task_of_a_refresh_only_when_it_awaits_it()
    {
        var late = from path in Repository.FilesIn(["tests"], ".cs")
                   from line in Repository.Read(path).Split('\n').Index()
                   where line.Item.Contains("await ", StringComparison.Ordinal)
                       && line.Item.Contains(".NextRefresh", StringComparison.Ordinal)
                   select $"{path}:{line.Index + 1}: take the task before its cause, or use WaitUntilAsync";

        Violations.AssertNone(late);
    }
}
