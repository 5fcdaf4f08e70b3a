"""Values as a composer writes them: places, quantities, selectors, units."""
