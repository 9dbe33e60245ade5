#include "job/update.h"

static const struct reckoned_day *latest(const struct reckoned *w)
{
	return &w->days[w->window_days - 1];
}

bool update_needs_action(const struct reckoned *w)
{
	return latest(w)->retrievals == 0 && latest(w)->engagements == 0;
}

/* The smallest number of active days in a row from `first_ahead` days after the latest one on (0: that day itself) that
 * puts the participant on track, by the rule of job/reckoning.h for the last of them; 0: none does. */
static uint32_t days_to_recover(const struct reckoned *w, uint32_t first_ahead)
{
	uint32_t size = w->study->window_days, known = w->window_days, active = w->active_days;

	for (uint32_t k = 1; k <= size; k++) {
		uint32_t n = known + first_ahead + k - 1; /* days since the window's first one, the k-th included */
		active++;
		/* What drops out at the front was one of the known days as long as there are any. */
		if (first_ahead + k > 1 && n > size && n - size <= known)
			active -= w->days[n - size - 1].is_active;
		if (active + (n < size ? size - n : 0) >= w->required_active_days)
			return k;
	}
	return 0;
}

struct update_outlook update_outlook(const struct reckoned *w)
{
	bool today_active = latest(w)->is_active;
	uint32_t size = w->study->window_days, first_ahead = today_active ? 1 : 0;
	struct update_outlook o = {.within_days = (w->window_days < size ? size - w->window_days : 0) + !today_active};

	if (w->active_days < w->required_active_days)
		o.needed_days = w->required_active_days - w->active_days;
	if (w->on_track)
		return o;
	o.recover_days = days_to_recover(w, first_ahead);
	if (o.recover_days > 0)
		o.recover_date = latest(w)->day + first_ahead + o.recover_days - 1;
	return o;
}
