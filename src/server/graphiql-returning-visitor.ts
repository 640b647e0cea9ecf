/**
 * Runs before GraphiQL does. It opens the tab whose text is the last one *edited*, and where none matches, as when an
 * example was run just as it was, it adds an empty tab at every reload. So tell it the tab that was open.
 */
export const returningVisitorScript = `<script>
try {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
  const { query, variables } = tabs[activeTabIndex];
  localStorage.setItem('graphiql:query', query ?? '');
  localStorage.setItem('graphiql:variables', variables ?? '');
} catch {
  // Nobody was here before, or nothing may be stored: GraphiQL begins with the examples.
}
</script>
`;
