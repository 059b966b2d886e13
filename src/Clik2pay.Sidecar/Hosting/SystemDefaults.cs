namespace Clik2pay.Sidecar.Hosting;

/// <summary>The system's clock, random numbers and threads. All other code receives them as parameters.</summary>
internal static class SystemDefaults
{
#pragma warning disable RS0030 // The only place where they are allowed.
    public static TimeProvider Time { get; } = new SteadyTime();

    public static Random Random => Random.Shared;
#pragma warning restore RS0030

    public static void AddSystemDefaults(this IServiceCollection services)
    {
        services.AddSingleton(Time);
        services.AddSingleton(Random);
        services.AddSingleton<BlockingThreads>();
    }
}
