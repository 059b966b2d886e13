namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>Reads results of tasks that ran in a simulation, where nothing is waited for.</summary>
internal static class SimulatedTask
{
    public static T Completed<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "the simulation has come to rest and the task has not ended");
        return task.GetAwaiter().GetResult();
    }
}
