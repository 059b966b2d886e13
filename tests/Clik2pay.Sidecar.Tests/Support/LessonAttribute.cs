using Xunit.v3;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The bug of another project that this test guards against, and where it was reported. Shown as the trait "Lesson".</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class LessonAttribute(string whatAndWhere) : Attribute, ITraitAttribute
{
    public string WhatAndWhere { get; } = whatAndWhere;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Lesson", WhatAndWhere)];
}
