namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>Reads the results of tasks that ran in a simulation.</summary>
internal static class SimulatedTask
{
    public static T Completed<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "The task has not ended, although the simulation has nothing more to run.");
        return task.GetAwaiter().GetResult();
    }
}
