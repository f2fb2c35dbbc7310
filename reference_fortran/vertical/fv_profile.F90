! Piecewise parabolic profiles of finite-volume remapping, monotone and limited, for columns of layer means.
!
! Lin (2004), doi:10.1175/1520-0493(2004)132<2293:AVLFDC>2.0.CO;2; Huynh (1997), doi:10.1007/BFb0107135 (second
! constraint); Colella & Woodward (1984). Mirrors the kord 4, 9, 10, 11 and 17 profiles of CAM fv_mapz.
! In a layer, s in [0,1] downward: a(s) = left + s*(right - left + curve*(1 - s)).
! `kind_of_field`: 0 positive definite, 1 temperature or energy, -1 wind.
module fv_profile
  use kinds, only: rk
  implicit none
  private
  public :: parabolic_profile

contains

  ! Edge values and curvature of every layer.
  subroutine parabolic_profile(dp, mean, kord, kind_of_field, left, right, curve, nlev)
    integer, intent(in) :: nlev, kord, kind_of_field
    real(rk), intent(in) :: dp(nlev), mean(nlev)
    real(rk), intent(out) :: left(nlev), right(nlev), curve(nlev)
    if (kord == 4) then
      call four_point_profile(dp, mean, kind_of_field, left, right, curve, nlev)
    else
      call spline_profile(dp, mean, kord, kind_of_field, left, right, curve, nlev)
    end if
  end subroutine parabolic_profile

  ! kord 9, 10, 11 (limited) and above 16 (unlimited): edges from a cubic spline.
  subroutine spline_profile(dp, mean, kord, kind_of_field, left, right, curve, nlev)
    integer, intent(in) :: nlev, kord, kind_of_field
    real(rk), intent(in) :: dp(nlev), mean(nlev)
    real(rk), intent(out) :: left(nlev), right(nlev), curve(nlev)
    real(rk) :: edge(nlev + 1)
    logical :: extremum(nlev), flat(nlev), constrained(nlev)
    call spline_edges(dp, mean, edge, nlev)
    if (kord <= 16) call limit_edges(mean, kind_of_field, edge, nlev)
    left = edge(1:nlev)
    right = edge(2:nlev + 1)
    curve = parabola(mean, left, right)
    if (kord > 16) return

    call doubtful_layers(mean, kord, left, right, curve, extremum, flat, constrained, nlev)
    call limit_ends(mean, extremum, kind_of_field, left, right, curve, nlev)
    call limit_interior(mean, flat, constrained, left, right, curve, nlev)
    if (kind_of_field == 0) call keep_positive(mean(3:nlev - 2), left(3:nlev - 2), right(3:nlev - 2), curve(3:nlev - 2))
  end subroutine spline_profile

  ! Edges that make the piecewise parabola continuous in value and slope: a tridiagonal system.
  subroutine spline_edges(dp, mean, edge, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nlev), mean(nlev)
    real(rk), intent(out) :: edge(nlev + 1)
    real(rk) :: upper(nlev), ratio, pivot, bottom
    integer :: k
    ratio = dp(2)/dp(1)
    pivot = ratio*(ratio + 0.5_rk)
    edge(1) = ((ratio + ratio)*(ratio + 1)*mean(1) + mean(2))/pivot
    upper(1) = (1 + ratio*(ratio + 1.5_rk))/pivot
    do k = 2, nlev
      ratio = dp(k - 1)/dp(k)
      pivot = 2 + ratio + ratio - upper(k - 1)
      edge(k) = (3*(mean(k - 1) + ratio*mean(k)) - edge(k - 1))/pivot
      upper(k) = ratio/pivot
    end do
    bottom = 1 + ratio*(ratio + 1.5_rk)
    edge(nlev + 1) = (2*ratio*(ratio + 1)*mean(nlev) + mean(nlev - 1) - bottom*edge(nlev)) &
                     /(ratio*(ratio + 0.5_rk) - bottom*upper(nlev))
    do k = nlev, 1, -1
      edge(k) = edge(k) - upper(k)*edge(k + 1)
    end do
  end subroutine spline_edges

  ! Interior edges lie between their neighbors where the data are smooth, and on the safe side of them elsewhere.
  subroutine limit_edges(mean, kind_of_field, edge, nlev)
    integer, intent(in) :: nlev, kind_of_field
    real(rk), intent(in) :: mean(nlev)
    real(rk), intent(inout) :: edge(nlev + 1)
    real(rk) :: low, high, above, below
    integer :: k
    do k = 2, nlev
      low = min(mean(k - 1), mean(k))
      high = max(mean(k - 1), mean(k))
      above = mean(k - 1) - mean(max(k - 2, 1))
      below = mean(min(k + 1, nlev)) - mean(k)
      if (k == 2 .or. k == nlev .or. above*below > 0) then
        edge(k) = max(min(edge(k), high), low)
      else if (above > 0) then
        edge(k) = max(edge(k), low)
      else
        edge(k) = min(edge(k), high)
        if (kind_of_field == 0) edge(k) = max(edge(k), 0._rk)
      end if
    end do
  end subroutine limit_edges

  ! The two layers at each end are monotone; the outermost edges keep sign.
  subroutine limit_ends(mean, extremum, kind_of_field, left, right, curve, nlev)
    integer, intent(in) :: nlev, kind_of_field
    real(rk), intent(in) :: mean(nlev)
    logical, intent(in) :: extremum(nlev)
    real(rk), intent(inout) :: left(nlev), right(nlev), curve(nlev)
    integer :: k
    left(1) = signed_edge(left(1), mean(1), kind_of_field)
    right(nlev) = signed_edge(right(nlev), mean(nlev), kind_of_field)
    do k = 1, nlev, nlev - 1
      curve(k) = parabola(mean(k), left(k), right(k))
      call make_monotone(mean(k), (mean(k) - left(k))*(mean(k) - right(k)) >= 0, left(k), right(k), curve(k))
    end do
    do k = 2, nlev - 1, nlev - 3
      call make_monotone(mean(k), extremum(k), left(k), right(k), curve(k))
    end do
  end subroutine limit_ends

  elemental function signed_edge(edge, mean, kind_of_field) result(limited)
    real(rk), intent(in) :: edge, mean
    integer, intent(in) :: kind_of_field
    real(rk) :: limited
    limited = edge
    if (kind_of_field == 0) limited = max(edge, 0._rk)
    if (kind_of_field == -1 .and. edge*mean <= 0) limited = 0
  end function signed_edge

  ! Which layers kord flattens (two-layer noise) and which it holds by Huynh's second constraint.
  subroutine doubtful_layers(mean, kord, left, right, curve, extremum, flat, constrained, nlev)
    integer, intent(in) :: nlev, kord
    real(rk), intent(in) :: mean(nlev), left(nlev), right(nlev), curve(nlev)
    logical, intent(out) :: extremum(nlev), flat(nlev), constrained(nlev)
    logical :: steep(nlev), overshoot(nlev), beside_overshoot
    integer :: k
    steep = abs(curve) > abs(left - right)
    overshoot = abs(2*mean - (left + right)) > abs(left - right)
    extremum = .false.
    do k = 2, nlev - 1
      extremum(k) = (mean(k) - mean(k - 1))*(mean(k + 1) - mean(k)) < 0
    end do
    flat = .false.
    constrained = .false.
    do k = 3, nlev - 2
      beside_overshoot = overshoot(k - 1) .or. overshoot(k + 1)
      select case (kord)
      case (9)
        flat(k) = extremum(k) .and. (extremum(k - 1) .or. extremum(k + 1))
        constrained(k) = steep(k)
      case (10)
        flat(k) = overshoot(k) .and. beside_overshoot
        constrained(k) = merge(steep(k - 1) .or. steep(k + 1), steep(k) .and. beside_overshoot, overshoot(k))
      case (11)
        flat(k) = overshoot(k) .and. beside_overshoot
      case default
        error stop 'fv_profile: kord is 4, 9, 10, 11 or above 16'
      end select
    end do
  end subroutine doubtful_layers

  subroutine limit_interior(mean, flat, constrained, left, right, curve, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: mean(nlev)
    logical, intent(in) :: flat(nlev), constrained(nlev)
    real(rk), intent(inout) :: left(nlev), right(nlev), curve(nlev)
    integer :: k
    do k = 3, nlev - 2
      if (flat(k)) then
        left(k) = mean(k)
        right(k) = mean(k)
      else if (constrained(k)) then
        call huynh_constraint(mean(k - 2:k + 2), left(k), right(k))
      end if
      curve(k) = parabola(mean(k), left(k), right(k))
    end do
  end subroutine limit_interior

  ! Edges lie in the range of the mean, its linear extrapolation and one of larger curvature, from either side.
  pure subroutine huynh_constraint(mean, left, right)
    real(rk), intent(in) :: mean(-2:2)
    real(rk), intent(inout) :: left, right
    real(rk) :: line, curved
    line = mean(0) - 2*(mean(1) - mean(0))
    curved = line + 1.5_rk*(mean(2) - mean(1))
    left = min(max(left, min(mean(0), line, curved)), max(mean(0), line, curved))
    line = mean(0) + 2*(mean(0) - mean(-1))
    curved = line - 1.5_rk*(mean(-1) - mean(-2))
    right = min(max(right, min(mean(0), line, curved)), max(mean(0), line, curved))
  end subroutine huynh_constraint

  ! Standard limiter: constant at an extremum, else no extremum inside the layer.
  pure subroutine make_monotone(mean, is_extremum, left, right, curve)
    real(rk), intent(in) :: mean
    logical, intent(in) :: is_extremum
    real(rk), intent(inout) :: left, right, curve
    real(rk) :: slope
    slope = right - left
    if (is_extremum) then
      left = mean
      right = mean
      curve = 0
    else if (curve*slope < -slope**2) then
      curve = 3*(left - mean)
      right = left - curve
    else if (curve*slope > slope**2) then
      curve = 3*(right - mean)
      left = right - curve
    end if
  end subroutine make_monotone

  ! Lift parabolas whose minimum is negative.
  elemental subroutine keep_positive(mean, left, right, curve)
    real(rk), intent(in) :: mean
    real(rk), intent(inout) :: left, right, curve
    real(rk) :: slope
    slope = right - left
    if (mean <= 0) then
      left = mean
      right = mean
      curve = 0
    else if (abs(slope) < -curve) then
      if (mean + 0.25_rk*slope**2/curve + curve/12 >= 0) return
      if (mean < right .and. mean < left) then
        left = mean
        right = mean
        curve = 0
      else if (right > left) then
        curve = 3*(left - mean)
        right = left - curve
      else
        curve = 3*(right - mean)
        left = right - curve
      end if
    end if
  end subroutine keep_positive

  elemental function parabola(mean, left, right) result(curve)
    real(rk), intent(in) :: mean, left, right
    real(rk) :: curve
    curve = 3*(2*mean - (left + right))
  end function parabola

  ! kord 4: edges from four neighbors with limited slopes (Lin 2004), monotone everywhere.
  subroutine four_point_profile(dp, mean, kind_of_field, left, right, curve, nlev)
    integer, intent(in) :: nlev, kind_of_field
    real(rk), intent(in) :: dp(nlev), mean(nlev)
    real(rk), intent(out) :: left(nlev), right(nlev), curve(nlev)
    real(rk) :: edge(nlev + 1), slope(nlev)
    integer :: k
    call limited_slopes(dp, mean, slope, nlev)
    call four_point_edges(dp, mean, slope, edge, nlev)
    call boundary_edges(dp(1:2), mean(1:2), edge(3), edge(1), edge(2))
    call boundary_edges(dp(nlev:nlev - 1:-1), mean(nlev:nlev - 1:-1), edge(nlev - 1), edge(nlev + 1), edge(nlev))
    slope(1) = 0.5_rk*(edge(2) - mean(1))
    slope(nlev) = 0.5_rk*(mean(nlev) - edge(nlev))
    edge(1) = signed_edge(edge(1), mean(1), kind_of_field)
    edge(nlev + 1) = signed_edge(edge(nlev + 1), mean(nlev), kind_of_field)
    if (kind_of_field == 0) then
      edge(2) = max(edge(2), 0._rk)
      edge(nlev) = max(edge(nlev), 0._rk)
    end if
    left = edge(1:nlev)
    right = edge(2:nlev + 1)
    do k = 3, nlev - 2
      left(k) = mean(k) - sign(min(abs(2*slope(k)), abs(left(k) - mean(k))), slope(k))
      right(k) = mean(k) + sign(min(abs(2*slope(k)), abs(right(k) - mean(k))), slope(k))
    end do
    curve = parabola(mean, left, right)
    do k = 1, nlev
      if (k <= 2 .or. k >= nlev - 1) call make_monotone(mean(k), slope(k) == 0, left(k), right(k), curve(k))
    end do
  end subroutine four_point_profile

  ! Half the layer-to-layer change, bounded by the neighbors.
  subroutine limited_slopes(dp, mean, slope, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nlev), mean(nlev)
    real(rk), intent(out) :: slope(nlev)
    real(rk) :: weight_above, weight_below, change
    integer :: k
    slope = 0
    do k = 2, nlev - 1
      weight_below = (dp(k - 1) + 0.5_rk*dp(k))/(dp(k) + dp(k + 1))
      weight_above = (dp(k + 1) + 0.5_rk*dp(k))/(dp(k - 1) + dp(k))
      change = dp(k)*(weight_below*(mean(k + 1) - mean(k)) + weight_above*(mean(k) - mean(k - 1))) &
               /(dp(k - 1) + dp(k) + dp(k + 1))
      slope(k) = sign(min(abs(change), maxval(mean(k - 1:k + 1)) - mean(k), mean(k) - minval(mean(k - 1:k + 1))), change)
    end do
  end subroutine limited_slopes

  subroutine four_point_edges(dp, mean, slope, edge, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nlev), mean(nlev), slope(nlev)
    real(rk), intent(out) :: edge(nlev + 1)
    real(rk) :: pair(2:nlev), gradient, above, below
    integer :: k
    pair = dp(1:nlev - 1) + dp(2:nlev)
    edge = 0
    do k = 3, nlev - 1
      gradient = (mean(k) - mean(k - 1))*dp(k - 1)/pair(k)
      above = pair(k - 1)/(pair(k) + dp(k - 1))
      below = pair(k + 1)/(pair(k) + dp(k))
      edge(k) = mean(k - 1) + gradient + 2/(pair(k - 1) + pair(k + 1)) &
                *(dp(k)*(gradient*(above - below) + below*slope(k - 1)) - dp(k - 1)*above*slope(k))
    end do
  end subroutine four_point_edges

  ! Cubic through two boundary layers and the third edge, second derivative zero at the boundary.
  ! Layers are counted from the boundary inward.
  pure subroutine boundary_edges(dp, mean, third_edge, outer, second)
    real(rk), intent(in) :: dp(2), mean(2), third_edge
    real(rk), intent(out) :: outer, second
    real(rk) :: average, slope, cubic, linear
    average = (dp(2)*mean(1) + dp(1)*mean(2))/(dp(1) + dp(2))
    slope = 2*(mean(2) - mean(1))/(dp(1) + dp(2))
    cubic = 4*(third_edge - average - dp(2)*slope)/(dp(2)*(2*dp(2)*dp(2) + dp(1)*(dp(2) + 3*dp(1))))
    linear = slope - 0.5_rk*cubic*(dp(2)*(5*dp(1) + dp(2)) - 3*dp(1)*dp(1))
    second = average - 0.25_rk*cubic*dp(1)*dp(2)*(dp(2) + 3*dp(1))
    outer = dp(1)*(2*cubic*dp(1)**2 - linear) + second
    second = min(max(second, minval(mean)), maxval(mean))
  end subroutine boundary_edges

end module fv_profile
